import { Injectable } from '@nestjs/common';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { covers, type Access } from './access.js';
import { basicCredentials, bearerToken } from './authorization-header.js';
import { unauthorized, type Origin } from './challenge.js';
import { EntryByProof } from './entry-by-proof.js';
import { isRefusal, Logins, type Login } from './logins.js';
import { RegistryTokens } from './registry-tokens.js';
import type { Rights } from './rights.js';
import { proofOf } from './token-request.js';

export interface AccessRequest {
  readonly registry: RegistryEndpoint;
  readonly origin: Origin;
  /** The Authorization header. */
  readonly authorization: string | undefined;
  readonly needs: readonly Access[];
  /** What does as well. */
  readonly instead?: readonly Access[] | undefined;
  /** What the request goes without where the sender has no such right; who has it, and a token without it, asks anew. */
  readonly source?: Access | undefined;
}

/** Who was let in, and what that allows of what was asked for. */
export interface Admitted {
  readonly login: Login;
  readonly access: readonly Access[];
}

interface Entered extends Admitted {
  /** What a new token could be granted. */
  readonly rights: Rights;
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
   * Who was let in, with what was granted.
   * @throws OciError 401 with the challenge.
   */
  async admit(request: AccessRequest): Promise<Admitted> {
    const { authorization, origin, needs, instead, source } = request;
    const wanted = wantedBy(request);
    if (authorization === undefined) throw unauthorized(origin, wanted);
    const entered = (await this.byBearer(request)) ?? (await this.byBasic(request));
    if (!entered) throw unauthorized(origin, wanted, 'invalid_token');
    const { login, access, rights } = entered;
    const isEnough = covers(access, needs) || (instead !== undefined && covers(access, instead));
    const isAskedTooLittle = source && !covers(access, [source]) && covers(rights([source]), [source]);
    if (!isEnough || isAskedTooLittle) throw unauthorized(origin, wanted, 'insufficient_scope');
    return { login, access };
  }

  /** Of what the token was issued for, what its bearer may still do. */
  private async byBearer({ registry, authorization }: AccessRequest): Promise<Entered | undefined> {
    const token = bearerToken(authorization);
    const claims = token === undefined ? undefined : await this.tokens.verify(token, 'access_token', registry);
    const entry = claims && (await this.logins.again(registry, claims.login));
    return entry && { login: entry.login, access: entry.rights(claims?.access ?? []), rights: entry.rights };
  }

  /** az falls back to sending a password itself, without asking for a token first. */
  private async byBasic(request: AccessRequest): Promise<Entered | undefined> {
    const { registry, origin, authorization, instead = [] } = request;
    const wanted = wantedBy(request);
    const credentials = basicCredentials(authorization);
    if (!credentials) return undefined;
    const entry = await this.entries.enter(registry, proofOf(credentials.user, credentials.password));
    if (isRefusal(entry)) throw unauthorized(origin, wanted, undefined, entry.refused);
    const { login, rights } = entry;
    return { login, access: rights([...wanted, ...instead]), rights };
  }
}

function wantedBy({ needs, source }: AccessRequest): readonly Access[] {
  return source ? [...needs, source] : needs;
}
