import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { notFound } from '../arm/refusals.js';
import { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { modifiedBy } from '../arm/system-data.js';
import { ResourceWrites } from '../arm/writes.js';
import { Database } from '../database/database.js';
import type { Registry } from '../registries/registry.entity.js';
import { registryId } from '../registries/registry-id.js';
import { RegistryParents } from '../registries/registry-parents.js';
import { Clock } from '../work/clock.js';
import { childNameIn } from './child-name.js';
import {
  GenerateCredentialsParametersWire,
  passwordToWire,
  type GenerateCredentialsResultWire,
} from './token-credentials.wire.js';
import { newPassword, replacedPasswords, TOKEN_PASSWORD_NAMES } from './token-password.js';
import { tokenType } from './token.type.js';
import { TokensRepository } from './tokens.repository.js';

/** Makes the passwords with which tokens log in. */
@Injectable()
export class TokenCredentials {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly writes: ResourceWrites,
    private readonly scopes: Scopes,
    private readonly registries: RegistryParents,
    private readonly tokens: TokensRepository,
  ) {}

  /** Replaces one password of a token, or both; the old ones are worth nothing from the commit on. */
  async generate(request: ArmRequest): Promise<GenerateCredentialsResultWire> {
    const { id, caller } = request;
    const registry = await this.registryOf(request);
    const { tokenId, name, expiry } = bodyOf(request.body);
    const now = this.clock.now();
    const expiresAt = expiryAfter(now, expiry);
    const token = tokenIn(registry, tokenId);
    if (!(await this.tokens.find(this.database, token, caller.tenantId))) throw notFound(tokenType.type, token);
    const names = name ? [name] : TOKEN_PASSWORD_NAMES;
    const made = await Promise.all(names.map((each) => newPassword(each, now, expiresAt)));

    const kept = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id, caller);
      const parent = await this.registries.lock(tx, id, caller.tenantId);
      if (!parent) throw notFound(this.registries.type, id);
      if (parent.provisioningState === 'Deleting')
        throw await this.writes.busy(tx, this.registries.type, parent, caller);
      const current = await this.tokens.lock(tx, token, caller.tenantId);
      if (!current) throw notFound(tokenType.type, token);
      const passwords = replacedPasswords(
        current.passwords,
        made.map(({ password }) => password),
      );
      const next = { ...current, passwords, ...modifiedBy(caller, now) };
      await this.tokens.update(tx, next);
      return next;
    });
    return {
      username: kept.name,
      passwords: kept.passwords.map((password) => {
        const value = made.find((each) => each.password.name === password.name)?.value.reveal();
        return { ...passwordToWire(password), ...(value === undefined ? {} : { value }) };
      }),
    };
  }

  private async registryOf({ id, caller }: ArmRequest): Promise<Registry> {
    const found = await this.registries.find(this.database, id, caller.tenantId);
    if (found) return found;
    await this.scopes.assertReadable(this.database, id, caller);
    throw notFound(this.registries.type, id);
  }
}

function bodyOf(body: unknown): GenerateCredentialsParametersWire {
  const parsed = parseBody(GenerateCredentialsParametersWire, body);
  if ('body' in parsed) return parsed.body;
  throwIfAny(parsed.problems);
  throw new ArmError('InvalidRequestContent', 'The request body cannot be used.');
}

/** @throws `InvalidParameter` when the password would never be accepted. */
function expiryAfter(now: Date, expiry: string | null | undefined): string | null {
  if (!expiry) return null;
  const expiresAt = new Date(expiry);
  if (expiresAt > now) return expiresAt.toISOString();
  throw new ArmError('InvalidParameter', `'expiry': ${expiry} is past. Name a time to come, or leave it out.`, {
    target: 'expiry',
  });
}

/** @throws `InvalidParameter` when the id is not one of a token below the registry. */
function tokenIn(registry: Registry, tokenId: string): ResourceId {
  const parentId = registryId(registry);
  const name = childNameIn(tokenId, 'tokens', parentId) ?? '';
  const token = tokenType.name.pattern.test(name) && ResourceId.parse(`${parentId}/tokens/${name}`);
  if (token) return token;
  throw new ArmError(
    'InvalidParameter',
    `'tokenId': '${tokenId}' is not the id of a token of the registry '${registry.name}'. Take it from the token itself.`,
    { target: 'tokenId' },
  );
}
