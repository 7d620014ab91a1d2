import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { SigningKeys } from '../identity/signing-keys.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { Clock } from '../work/clock.js';
import type { Login } from './logins.js';

/** Not that of the registries' tokens, which their own key signs as well: neither is ever taken for the other. */
const ISSUER = 'Berth data endpoint';

/** Long enough for a slow client to follow a redirect; a transfer that has begun goes on. */
const LIFETIME_SECONDS = 300;

/** What a pass is good for: one blob of one repository of one registry, for whoever was let in there. */
export interface PassedBlob {
  readonly repository: string;
  readonly digest: string;
  readonly login: Login;
}

interface PassClaims extends PassedBlob {
  /** Id of the registry. */
  readonly rid: string;
}

/** Signs what lets a client get one blob from a data endpoint, where it has no token, and reads it back. */
@Injectable()
export class BlobPasses {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  async issue({ id }: Pick<RegistryEndpoint, 'id'>, { repository, digest, login }: PassedBlob): Promise<string> {
    const key = await this.keys.current('registry');
    const now = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT({ rid: id, repository, digest, login })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid })
      .setIssuer(ISSUER)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(key.privateKey);
  }

  /** What a pass says that we signed for this registry and that is in its time; else undefined. */
  async verify(pass: string, { id }: Pick<RegistryEndpoint, 'id'>): Promise<PassedBlob | undefined> {
    const key = await this.keys.byKid(kidOf(pass));
    if (key?.use !== 'registry') return undefined;
    try {
      const { payload } = await jwtVerify<PassClaims>(pass, key.publicKey, {
        algorithms: [key.algorithm],
        issuer: ISSUER,
        requiredClaims: ['exp'],
        currentDate: this.clock.now(),
      });
      return payload.rid === id ? payload : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

function kidOf(pass: string): string {
  try {
    return decodeProtectedHeader(pass).kid ?? '';
  } catch {
    return '';
  }
}
