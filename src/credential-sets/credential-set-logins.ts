import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Secret } from '../secrets/secret.js';
import { Clock } from '../work/clock.js';
import { credentialHealth, isProblem, type CredentialHealth } from './credential-health.js';
import type { AuthCredential, CredentialSet, Refusal } from './credential-set.entity.js';
import { CredentialSetsRepository } from './credential-sets.repository.js';
import { SecretReader } from './secret-reader.js';

/** For how long a credential that was refused comes after the other one. */
const REFUSED_FOR_MS = 600_000;

/** A user name and password for another registry, and how to say what became of them. */
export interface SetLogin {
  readonly username: Secret;
  readonly password: Secret;
  /** Whether there is another one, which was not refused of late. */
  readonly hasAnother: boolean;
  /** The registry took them. */
  accepted(): Promise<void>;
  /** @param message what the registry said, with nothing secret in it. */
  refused(message: string): Promise<void>;
}

/** No credential of a set can be used. The message is for whoever pulls, so that it says nothing of where secrets are. */
export class NoCredential extends Error {}

/** Turns credential sets into user names and passwords at the moment of use. */
@Injectable()
export class CredentialSetLogins {
  private readonly logger = new Logger(CredentialSetLogins.name);

  constructor(
    private readonly database: Database,
    private readonly sets: CredentialSetsRepository,
    private readonly secrets: SecretReader,
    private readonly clock: Clock,
  ) {}

  health(set: CredentialSet): Promise<CredentialHealth[]> {
    return Promise.all(
      set.authCredentials.map(async (credential, index) =>
        credentialHealth(await this.secretsOf(set, credential), set.refusals[index]),
      ),
    );
  }

  /**
   * The first credential that can be read and was not refused of late; one that was, where there is no other.
   * @param host of the registry that it will be sent to.
   * @throws NoCredential when the set is gone or for another registry, or none can be read.
   */
  async login(setId: string, host: string): Promise<SetLogin> {
    const set = await this.sets.byId(this.database, setId);
    if (!set) throw new NoCredential('its credential set is not there any more');
    if (set.loginServer.toLowerCase() !== host.toLowerCase())
      throw new NoCredential(`its credential set '${set.name}' is for '${set.loginServer}', not for '${host}'`);
    const read = await Promise.all(set.authCredentials.map((credential) => this.secretsOf(set, credential)));
    const usable = read.flatMap(({ username, password }, index) =>
      isProblem(username) || isProblem(password) ? [] : [{ username, password, index }],
    );
    const [found] = usable.toSorted(
      (a, b) => Number(this.isAvoided(set, a.index)) - Number(this.isAvoided(set, b.index)),
    );
    if (!found)
      throw new NoCredential(`the credential set '${set.name}' cannot be used; its credentialHealth says why`);
    return {
      username: found.username,
      password: found.password,
      hasAnother: usable.some(({ index }) => index !== found.index && !this.isAvoided(set, index)),
      accepted: () => this.write(set, found.index, null),
      refused: (message) => this.write(set, found.index, { at: this.clock.now().toISOString(), message }),
    };
  }

  private async secretsOf(
    { subscriptionId, loginServer }: CredentialSet,
    { usernameSecretIdentifier, passwordSecretIdentifier }: AuthCredential,
  ) {
    const use = { subscriptionId, upstream: loginServer };
    const [username, password] = await Promise.all([
      this.secrets.read(usernameSecretIdentifier, use),
      this.secrets.read(passwordSecretIdentifier, use),
    ]);
    return { username, password };
  }

  private isAvoided({ refusals }: CredentialSet, index: number): boolean {
    const refusal = refusals[index];
    return refusal ? this.clock.now().getTime() - Date.parse(refusal.at) < REFUSED_FOR_MS : false;
  }

  /** What is told of health is no reason to fail. */
  private async write(set: CredentialSet, index: number, refusal: Refusal | null): Promise<void> {
    if (!refusal && !set.refusals[index]) return;
    const refusals = set.authCredentials.map((_, place) => (place === index ? refusal : (set.refusals[place] ?? null)));
    await this.sets
      .writeRefusals(this.database, set, refusals)
      .catch((error: unknown) =>
        this.logger.warn({ credentialSet: set.id, message: 'The health was not written.', err: error }),
      );
  }
}
