import { Injectable } from '@nestjs/common';
import { throwIfAny } from '../arm/arm-error.js';
import { sourcesOf, type ProvisioningState } from '../arm/provisioning-state.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { registryChildrenOf, type RegistryChildren } from '../registries/registry-children.repository.js';
import { CredentialSet, type Refusal } from './credential-set.entity.js';
import { inUseProblems } from './credential-set.type.js';

type Children = RegistryChildren<CredentialSet>;

const children = registryChildrenOf('credential_sets', CredentialSet);

const usable: Statement = {
  name: 'credential_sets.usable',
  text: `select 1 from credential_sets where registry_id = $1 and key = $2 and provisioning_state <> 'Deleting'`,
};
const rulesThatUse: Statement = {
  name: 'credential_sets.rules_that_use',
  text: `select name from cache_rules where registry_id = $1 and credential_set_key = $2 order by key`,
};
const settle: Statement = {
  name: 'credential_sets.settle',
  text: `update credential_sets set provisioning_state = $2 where id = $1 and provisioning_state = any($3)`,
};
const refusals: Statement = {
  name: 'credential_sets.refusals',
  text: `update credential_sets set refusals = $2::jsonb where id = $1 and auth_credentials = $3::jsonb`,
};

/** Every query about credential sets. */
@Injectable()
export class CredentialSetsRepository {
  readonly find: Children['find'] = (...of) => children.find(...of);
  readonly lock: Children['lock'] = (...of) => children.lock(...of);
  readonly byId: Children['byId'] = (...of) => children.byId(...of);
  readonly list: Children['list'] = (...of) => children.list(...of);
  readonly insert: Children['insert'] = (...of) => children.insert(...of);
  readonly remove: Children['remove'] = (...of) => children.remove(...of);

  /** A deletion begins here, with the registry locked: no rule can come to use what is being deleted. */
  async update(tx: Tx, record: CredentialSet): Promise<void> {
    if (record.provisioningState === 'Deleting') {
      const rules = await tx.rows<{ name: string }>(rulesThatUse, [record.registryId, record.key]);
      throwIfAny(
        inUseProblems(
          record,
          rules.map(({ name }) => name),
        ),
      );
    }
    await children.update(tx, record);
  }

  /** Whether a cache rule of the registry may name it. @param key its name in lower case. */
  async isUsable(tx: Tx, registryId: string, key: string): Promise<boolean> {
    return (await tx.row(usable, [registryId, key])) !== undefined;
  }

  /** Writes the end of an operation. */
  async settle(sql: Sql, id: string, state: ProvisioningState): Promise<void> {
    await sql.count(settle, [id, state, sourcesOf(state)]);
  }

  /** Writes what became of the credentials, unless there are others now. */
  async writeRefusals(sql: Sql, set: CredentialSet, said: readonly (Refusal | null)[]): Promise<void> {
    await sql.count(refusals, [set.id, JSON.stringify(said), JSON.stringify(set.authCredentials)]);
  }
}
