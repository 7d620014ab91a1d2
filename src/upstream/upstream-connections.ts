import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Agent, Dispatcher, request as requestOf } from 'undici';
import { Config } from '../config/config.js';
import { AddressRefused, allowedBy, OutboundAddresses } from '../outbound/addresses.js';
import { retryAfterOf } from './upstream-answer.js';
import { UpstreamFailed } from './upstream-failed.js';

const CONNECT_MS = 10_000;
/** Until the first word of an answer, and between any two pieces of its body. */
const QUIET_MS = 60_000;
const CONNECTIONS_PER_HOST = 16;
/** When asked to wait no longer than this, it is waited for. */
const LONGEST_WAIT_MS = 10_000;
const TRIES = 3;

/** What goes wrong in the same way the next time. */
const LASTING: readonly (readonly [code: RegExp, means: string])[] = [
  [/^ENOTFOUND$/, 'has no address'],
  [/CERT|^SELF_SIGNED|^UNABLE_TO_|^DEPTH_ZERO|^ERR_TLS_/, 'shows a certificate that is not trusted'],
  [/^ERR_SSL_|^EPROTO$/, 'does not speak TLS there'],
];
/** A connection that was kept was closed at the other end; nothing was done for the request. */
const CLOSED: readonly string[] = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** Loaded with the first request: it takes 20 MB, and most services never ask another registry. */
interface Opened {
  readonly agent: Agent;
  readonly request: typeof requestOf;
}

export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Connections to other registries: over https, to addresses that are allowed, and never quiet for long. */
@Injectable()
export class UpstreamConnections implements OnApplicationShutdown {
  private readonly addresses = new OutboundAddresses(allowedBy(this.config.upstreamAllow, this.config));
  private opening: Promise<Opened> | undefined;

  constructor(private readonly config: Config) {}

  async onApplicationShutdown(): Promise<void> {
    await (await this.opening?.catch(() => undefined))?.agent.destroy();
  }

  /** Where a registry of that host is asked. */
  baseOf(host: string): string {
    const scheme = this.isPlain(host) ? 'http' : 'https';
    if (!URL.canParse(`${scheme}://${host}`))
      throw new UpstreamFailed(`'${host}' is not the host of a registry`, false);
    return `${scheme}://${host}`;
  }

  /**
   * An answer, whatever it says; its body has to be read to its end, or destroyed. Waits where that is asked for with 429.
   * @throws UpstreamFailed when there is none; the reason of `signal`.
   */
  async send(sent: UpstreamRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    this.admit(sent.url);
    for (let tries = 1; ; tries++) {
      const answer = await this.once(sent, signal, tries);
      const waitMs = answer ? waitOf(answer) : 0;
      if (answer && (waitMs > LONGEST_WAIT_MS || tries === TRIES)) return answer;
      await answer?.body.dump().catch(() => undefined);
      await delay(waitMs, undefined, { signal });
    }
  }

  /** What broke off in the middle of a body, in words. */
  failureOf(url: URL, error: unknown): UpstreamFailed {
    return error instanceof UpstreamFailed ? error : failureOf(url.host, error);
  }

  /** Undefined when the same is worth another try at once. */
  private async once(
    { url, ...options }: UpstreamRequest,
    signal: AbortSignal,
    tries: number,
  ): Promise<Dispatcher.ResponseData | undefined> {
    try {
      const { request, agent } = await this.open();
      return await request(url, { ...options, signal, dispatcher: agent });
    } catch (error) {
      signal.throwIfAborted();
      if (tries < TRIES && CLOSED.includes(codeOf(error))) return undefined;
      throw failureOf(url.host, error);
    }
  }

  /** Another time is tried again: the file of the authority may have been put there. */
  private open(): Promise<Opened> {
    return (this.opening ??= this.opened().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    }));
  }

  private async opened(): Promise<Opened> {
    const { Agent, request } = await import('undici');
    const { upstreamCaFile } = this.config;
    const trusted = upstreamCaFile === '' ? {} : { ca: [...rootCertificates, await readFile(upstreamCaFile, 'utf8')] };
    const agent = new Agent({
      connect: { ...trusted, lookup: this.addresses.lookup, timeout: CONNECT_MS },
      headersTimeout: QUIET_MS,
      bodyTimeout: QUIET_MS,
      connections: CONNECTIONS_PER_HOST,
    });
    return { agent, request };
  }

  private admit(url: URL): void {
    const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && this.isPlain(url.host));
    if (!isAllowed)
      throw new UpstreamFailed(
        `${url.host} would be asked without TLS; BERTH_UPSTREAM_PLAIN_HTTP does not name it`,
        false,
      );
    try {
      this.addresses.admit(url.hostname);
    } catch (error) {
      throw failureOf(url.host, error);
    }
  }

  private isPlain(host: string): boolean {
    const [name = ''] = /^\[[^\]]*\]|^[^:]*/.exec(host) ?? [];
    return this.config.upstreamPlainHttp.some((plain) => plain === host || plain === name);
  }
}

/** How long it is to be waited before the same is asked again; infinite where that is no use. */
function waitOf(answer: Dispatcher.ResponseData): number {
  const isBusy = answer.statusCode === 429;
  return isBusy ? (retryAfterOf(answer) ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

function failureOf(host: string, error: unknown): UpstreamFailed {
  const cause = error instanceof Error ? error : new Error(String(error));
  const options = { cause };
  const refused = refusedAddressIn(error);
  if (refused)
    return new UpstreamFailed(`${refused.message}; BERTH_UPSTREAM_ALLOW does not name it`, false, undefined, options);
  const code = codeOf(error);
  const [, lasting] = LASTING.find(([pattern]) => pattern.test(code)) ?? [];
  if (lasting !== undefined) return new UpstreamFailed(`${host} ${lasting} (${code})`, false, undefined, options);
  return new UpstreamFailed(`${host} did not answer (${code || cause.name})`, true, undefined, options);
}

/** The error of a lookup lies inside that of the connection. */
function refusedAddressIn(error: unknown): AddressRefused | undefined {
  if (error instanceof AddressRefused) return error;
  return error instanceof Error && error.cause !== undefined ? refusedAddressIn(error.cause) : undefined;
}

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? '' : codeOf(cause);
}
