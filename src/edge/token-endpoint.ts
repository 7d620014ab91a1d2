import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { hostsOf, type Origin } from './challenge.js';
import { EntryByProof } from './entry-by-proof.js';
import { isRefusal, type Entry } from './logins.js';
import { OciError, sendJson } from './oci-error.js';
import { readForm } from './read-form.js';
import { LIFETIME_SECONDS, RegistryTokens } from './registry-tokens.js';
import { readGet, readPost, requireService, type TokenRequest } from './token-request.js';

/** A request that has found its registry. */
export interface EdgeCall {
  readonly registry: RegistryEndpoint;
  readonly origin: Origin;
  /** By whose endpoint the client came; undefined: by the login server, which chooses. */
  readonly region: string | undefined;
  /** Of the client, as far as trusted proxies tell. */
  readonly address: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Notary reads as nobody first, and as somebody once that was refused; but it gives up where nobody is refused the token. This
 * one is good for nothing.
 */
const NOBODY: Entry = { login: { kind: 'anonymous', user: '' }, rights: () => [], permissions: [] };

/** `/oauth2/token`: a password, a refresh token or nothing, for a token of one registry. */
@Injectable()
export class TokenEndpoint {
  constructor(
    private readonly tokens: RegistryTokens,
    private readonly entries: EntryByProof,
  ) {}

  /** @throws OciError 400 or 401. */
  async answer({ registry, origin, request, response }: EdgeCall): Promise<void> {
    const asked = await read(request, hostsOf(origin));
    requireService(asked.service, registry, origin);
    const entered = await this.entries.enter(registry, asked.proof);
    const entry = isRefusal(entered) && asked.isForTrust && asked.proof.kind === 'none' ? NOBODY : entered;
    if (isRefusal(entry)) throw new OciError('UNAUTHORIZED', entry.refused);
    const access = entry.rights(asked.access);
    const { token, issuedAt } = await this.tokens.issue({ registry, entry, access, use: 'access_token' });
    const isRefreshable = asked.isOffline && entry.login.kind !== 'anonymous';
    const refresh = isRefreshable && (await this.tokens.issue({ registry, entry, use: 'refresh_token' }));
    sendJson(
      response,
      200,
      {
        access_token: token,
        token,
        expires_in: LIFETIME_SECONDS.access_token,
        issued_at: issuedAt.toISOString(),
        ...(refresh ? { refresh_token: refresh.token } : {}),
      },
      { 'Cache-Control': 'no-store' },
    );
  }
}

async function read(request: IncomingMessage, hosts: readonly string[]): Promise<TokenRequest> {
  if (request.method === 'GET')
    return readGet(new URL(request.url ?? '', 'http://edge').searchParams, request.headers.authorization, hosts);
  if (request.method === 'POST') return readPost(await readForm(request), hosts);
  throw new OciError('UNSUPPORTED', `The method ${request.method} is not served here.`, {
    headers: { Allow: 'GET, POST' },
  });
}
