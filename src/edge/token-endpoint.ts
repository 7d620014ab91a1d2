import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import type { Origin } from './challenge.js';
import { granted, isRefusal, Logins, type Login, type Refusal } from './logins.js';
import { OciError, sendJson } from './oci-error.js';
import { readForm } from './read-form.js';
import { LIFETIME_SECONDS, RegistryTokens } from './registry-tokens.js';
import { readGet, readPost, type Proof, type TokenRequest } from './token-request.js';

/** A request that has found its registry. */
export interface EdgeCall {
  readonly registry: RegistryEndpoint;
  readonly origin: Origin;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** `/oauth2/token`: a password, a refresh token or nothing, for a token of one registry. */
@Injectable()
export class TokenEndpoint {
  constructor(
    private readonly tokens: RegistryTokens,
    private readonly logins: Logins,
  ) {}

  /** @throws OciError 400 or 401. */
  async answer({ registry, origin, request, response }: EdgeCall): Promise<void> {
    const asked = await read(request);
    requireService(asked, registry, origin);
    const login = await this.login(registry, asked.proof);
    if (isRefusal(login)) throw new OciError('UNAUTHORIZED', login.refused);
    const order = { registry, login, access: granted(login, asked.access) };
    const { token, issuedAt } = await this.tokens.issue({ ...order, use: 'access_token' });
    const isRefreshable = asked.isOffline && login.kind === 'admin';
    const refresh = isRefreshable && (await this.tokens.issue({ ...order, use: 'refresh_token', access: [] }));
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

  private async login(registry: RegistryEndpoint, proof: Proof): Promise<Login | Refusal> {
    if (proof.kind === 'none') return this.logins.anonymous(registry);
    if (proof.kind === 'password') return this.logins.byPassword(registry, proof.user, proof.password);
    const claims = await this.tokens.verify(proof.token.reveal(), 'refresh_token', registry);
    if (claims && (await this.logins.isInForce(registry, claims.login))) return claims.login;
    return { refused: 'The refresh token is not one of this registry, has expired or was revoked; log in again.' };
  }
}

async function read(request: IncomingMessage): Promise<TokenRequest> {
  if (request.method === 'GET')
    return readGet(new URL(request.url ?? '', 'http://edge').searchParams, request.headers.authorization);
  if (request.method === 'POST') return readPost(await readForm(request));
  throw new OciError('UNSUPPORTED', `The method ${request.method} is not served here.`, {
    headers: { Allow: 'GET, POST' },
  });
}

function requireService({ service }: TokenRequest, { loginServer }: RegistryEndpoint, origin: Origin): void {
  if (service === undefined || service === loginServer || origin.base.endsWith(`//${service}`)) return;
  throw new OciError(
    'UNSUPPORTED',
    `The service '${service}' is not the one that answers here; ask '${loginServer}' for its tokens with service=${loginServer}.`,
    { status: 400 },
  );
}
