import { randomUUID } from 'node:crypto';
import type { ContentCause } from '../content/content-events.repository.js';
import type { Login } from './logins.js';
import type { EdgeCall } from './token-endpoint.js';

/** A request about content that its sender may make. */
export interface ContentCall extends EdgeCall {
  /** What is told of it when it changes something. */
  readonly cause: ContentCause;
}

export function contentCall(call: EdgeCall, { user }: Login): ContentCall {
  const { registry, address, request } = call;
  const { host = registry.loginServer, 'user-agent': userAgent = '' } = request.headers;
  const { method = 'GET' } = request;
  const cause = {
    instanceName: registry.instanceName,
    actor: user,
    request: { id: randomUUID(), host, method, userAgent, address },
  };
  return { ...call, cause };
}
