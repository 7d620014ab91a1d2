import { Injectable } from '@nestjs/common';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { Logins, type Entry, type Refusal } from './logins.js';
import { RegistryTokens } from './registry-tokens.js';
import type { Proof } from './token-request.js';

/** Who is let in for what was presented, be it a password, a refresh token of the registry or nothing. */
@Injectable()
export class EntryByProof {
  constructor(
    private readonly tokens: RegistryTokens,
    private readonly logins: Logins,
  ) {}

  async enter(registry: RegistryEndpoint, proof: Proof): Promise<Entry | Refusal> {
    if (proof.kind === 'none') return this.logins.anonymous(registry);
    if (proof.kind === 'password') return this.logins.byPassword(registry, proof.user, proof.password);
    const claims = await this.tokens.verify(proof.token.reveal(), 'refresh_token', registry);
    const entry = claims && (await this.logins.again(registry, claims.login));
    return (
      entry ?? { refused: 'The refresh token is not one of this registry, has expired or was revoked; log in again.' }
    );
  }
}
