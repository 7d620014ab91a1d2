import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isHost } from '../forwarding/host.js';
import { ArmError } from './arm-error.js';
import { shallow } from './body-depth.js';
import type { Caller } from './caller.js';
import { preconditionsOf, type Preconditions } from './preconditions.js';
import { ResourceId } from './resource-id.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard of `identity/`; absent on public routes only. */
    caller?: Caller;
    /** What the path names, once somebody asked; null: nothing below a subscription. */
    pathId?: ResourceId | null;
  }
}

/** A request to the control plane that names no subscription, read once at the door. */
export interface TenantRequest {
  /** As sent, or undefined; the pipeline refuses what the resource type does not serve. */
  readonly apiVersion: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly caller: Caller;
  /** Absolute, with the host that the client used. */
  readonly url: URL;
  readonly correlationId: string;
  readonly preconditions: Preconditions;
  /** `Prefer: respond-async` of RFC 7240: the client would rather poll than wait. */
  readonly prefersAsync: boolean;
  /** Sets what the answer has besides its body. */
  answer(status: number, headers?: Readonly<Record<string, string>>): void;
  addHeaders(headers: Readonly<Record<string, string>>): void;
}

/** A request about a subscription or what lies in it. */
export interface ArmRequest extends TenantRequest {
  readonly id: ResourceId;
}

/** Injects the `TenantRequest` into a controller's method. */
export const ArmTenant = createParamDecorator((_data: unknown, context: ExecutionContext): TenantRequest => {
  const http = context.switchToHttp();
  return tenantRequestOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

/** Injects the `ArmRequest` into a controller's method. */
export const Arm = createParamDecorator((_data: unknown, context: ExecutionContext): ArmRequest => {
  const http = context.switchToHttp();
  return armRequestOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

export function armRequestOf(request: FastifyRequest, reply: FastifyReply): ArmRequest {
  return Object.assign(tenantRequestOf(request, reply), { id: resourceIdOf(request) });
}

/** What the path of a request names, read once. @throws ArmError when it does not lie below a subscription. */
export function resourceIdOf(request: FastifyRequest): ResourceId {
  const id = (request.pathId ??= ResourceId.parse(request.url.split('?', 1)[0] ?? '/') ?? null);
  if (id) return id;
  throw new ArmError('InvalidResourceType', `'${request.url.split('?', 1)[0]}' does not lie below a subscription.`);
}

export function tenantRequestOf(request: FastifyRequest, reply: FastifyReply): TenantRequest {
  if (!request.caller) throw new ArmError('AuthenticationFailed', 'The request has no verified caller.');
  const query = request.query as Record<string, string | undefined>;
  let url: URL | undefined;
  return {
    apiVersion: queryParameter(query, 'api-version'),
    query,
    body: shallow(request.body),
    caller: request.caller,
    get url() {
      return (url ??= new URL(originOf(request) + pathOf(request.url)));
    },
    preconditions: preconditionsOf(request.headers),
    prefersAsync: /(^|,)\s*respond-async\s*(,|;|$)/i.test(String(request.headers['prefer'] ?? '')),
    correlationId: String(reply.getHeader('x-ms-correlation-request-id') ?? request.id),
    answer(status, headers) {
      void reply.code(status);
      if (headers) void reply.headers(headers);
    },
    addHeaders(headers) {
      void reply.headers(headers);
    },
  };
}

/** `https://host:port` as the client wrote it; `localhost` when it sent no Host that a URL can have. */
export function originOf(request: FastifyRequest): string {
  return request.proxiedOrigin ?? `${request.protocol}://${isHost(request.host) ? request.host : 'localhost'}`;
}

/** Path and query; a request line may also have a whole URL, whose host counts for nothing. */
function pathOf(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '');
}

/** ARM compares the names of query parameters without regard to case. A repeated parameter counts once. */
export function queryParameter(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = query[name] ?? query[Object.keys(query).find((key) => key.toLowerCase() === name) ?? name];
  return Array.isArray(found) ? String(found[0]) : (found as string | undefined);
}
