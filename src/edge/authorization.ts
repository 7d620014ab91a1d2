import { Injectable } from '@nestjs/common';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { covers, type Access } from './access.js';
import { basicCredentials, bearerToken } from './authorization-header.js';
import { unauthorized, type Origin } from './challenge.js';
import { EntryByProof } from './entry-by-proof.js';
import { isRefusal, Logins, type Login } from './logins.js';
import { RegistryTokens } from './registry-tokens.js';
import { proofOf } from './token-request.js';

export interface AccessRequest {
  readonly registry: RegistryEndpoint;
  readonly origin: Origin;
  /** The Authorization header. */
  readonly authorization: string | undefined;
  readonly needs: readonly Access[];
  /** What does as well. */
  readonly instead?: readonly Access[] | undefined;
}

/** Who was let in, and what that allows of what was asked for. */
export interface Admitted {
  readonly login: Login;
  readonly access: readonly Access[];
}

/** Lets a request through, or says how to be let through. */
@Injectable()
export class Authorization {
  constructor(
    private readonly tokens: RegistryTokens,
    private readonly logins: Logins,
    private readonly entries: EntryByProof,
  ) {}

  /**
   * Who was let in.
   * @throws OciError 401 with the challenge.
   */
  async require(request: AccessRequest): Promise<Login> {
    return (await this.admit(request)).login;
  }

  /**
   * As above, with what was granted.
   * @throws OciError 401 with the challenge.
   */
  async admit(request: AccessRequest): Promise<Admitted> {
    const { authorization, origin, needs, instead } = request;
    if (authorization === undefined) throw unauthorized(origin, needs);
    const admitted = (await this.byBearer(request)) ?? (await this.byBasic(request));
    if (!admitted) throw unauthorized(origin, needs, 'invalid_token');
    const { access } = admitted;
    const isEnough = covers(access, needs) || (instead !== undefined && covers(access, instead));
    if (!isEnough) throw unauthorized(origin, needs, 'insufficient_scope');
    return admitted;
  }

  /** Of what the token was issued for, what its bearer may still do. */
  private async byBearer({ registry, authorization }: AccessRequest): Promise<Admitted | undefined> {
    const token = bearerToken(authorization);
    const claims = token === undefined ? undefined : await this.tokens.verify(token, 'access_token', registry);
    const entry = claims && (await this.logins.again(registry, claims.login));
    return entry && { login: entry.login, access: entry.rights(claims?.access ?? []) };
  }

  /** az falls back to sending a password itself, without asking for a token first. */
  private async byBasic({
    registry,
    origin,
    authorization,
    needs,
    instead = [],
  }: AccessRequest): Promise<Admitted | undefined> {
    const credentials = basicCredentials(authorization);
    if (!credentials) return undefined;
    const entry = await this.entries.enter(registry, proofOf(credentials.user, credentials.password));
    if (isRefusal(entry)) throw unauthorized(origin, needs, undefined, entry.refused);
    return { login: entry.login, access: entry.rights([...needs, ...instead]) };
  }
}
