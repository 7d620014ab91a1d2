import { request as httpRequest } from 'undici';
import type { Agent } from 'undici';

/** The api-version of requests that name none. */
const RESOURCE_MANAGER_VERSION = '2022-09-01';
const REGISTRY_VERSION = '2025-11-01';
const REGISTRY_ROUTE = /\/providers\/microsoft\.containerregistry\/(?!(un)?register(\?|$))(?!.*\/providers\/)/i;

export interface RequestOptions {
  /** Null sends none; left out, the newest one of the route unless the path has its own. */
  readonly apiVersion?: string | null;
  /** Null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; undefined when there is none. */
  readonly body: Body;
}

/** A request as it went out and the answer as it came back. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    /** Absolute, with the query. */
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: Answer;
}

interface Connection {
  readonly agent: Agent;
  readonly origin: string;
  readonly token: string;
  readonly onExchange: ((exchange: Exchange) => void | Promise<void>) | undefined;
}

interface Sent extends RequestOptions {
  readonly method: string;
  /** Below the origin, or an absolute URL such as one of a header. */
  readonly path: string;
  readonly body: unknown;
}

/** Sends one request and reads the whole answer. */
export async function send<Body>(connection: Connection, sent: Sent): Promise<Answer<Body>> {
  const url = new URL(sent.path.startsWith('/') ? connection.origin + sent.path : sent.path);
  const version = sent.apiVersion ?? (REGISTRY_ROUTE.test(url.pathname) ? REGISTRY_VERSION : RESOURCE_MANAGER_VERSION);
  const hasVersion = [...url.searchParams.keys()].some((name) => name.toLowerCase() === 'api-version');
  if (sent.apiVersion !== null && !hasVersion) url.searchParams.set('api-version', version);
  const token = sent.token === undefined ? connection.token : sent.token;
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...sent.headers,
  };
  const payload = typeof sent.body === 'string' || sent.body === undefined ? sent.body : JSON.stringify(sent.body);
  const received = await httpRequest(url, {
    method: sent.method as 'GET',
    headers,
    body: payload ?? null,
    dispatcher: connection.agent,
  });
  const text = await received.body.text();
  const isJson = String(received.headers['content-type'] ?? '').includes('json');
  const answer = {
    status: received.statusCode,
    headers: received.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : text || undefined) as Body,
  };
  const request = { method: sent.method, url: url.href, headers, body: sent.body };
  await connection.onExchange?.({ request, response: answer });
  return answer;
}
