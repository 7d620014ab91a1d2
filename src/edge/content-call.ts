import { randomUUID } from 'node:crypto';
import type { ContentCause } from '../content/content-events.repository.js';
import type { Access } from './access.js';
import type { Login } from './logins.js';
import type { RegionEngine } from './regions.js';
import type { EdgeCall } from './token-endpoint.js';

/** A request about content that its sender may make. */
export interface ContentCall extends EdgeCall {
  /** What is told of it when it changes something. */
  readonly cause: ContentCause;
  readonly login: Login;
  /** What the sender was granted of what the request was known to need. */
  readonly access: readonly Access[];
  /** The region whose engine is the registry's for this request; undefined where the registry is in one alone. */
  readonly servedIn: string | undefined;
  /** Of that region. */
  readonly servedInZone: number;
  /** Where else content of the registry may be, the likeliest first. */
  readonly elsewhere: readonly RegionEngine[];
}

export function contentCall(call: EdgeCall, login: Login, access: readonly Access[] = []): ContentCall {
  const { registry, address, request } = call;
  const { host = registry.loginServer, 'user-agent': userAgent = '' } = request.headers;
  const { method = 'GET' } = request;
  const cause = {
    instanceName: registry.instanceName,
    actor: login.user,
    request: { id: randomUUID(), host, method, userAgent, address },
  };
  return { ...call, cause, login, access, servedIn: undefined, servedInZone: 1, elsewhere: [] };
}
