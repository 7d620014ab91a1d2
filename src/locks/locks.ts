import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { servedVersion } from '../arm/api-version.js';
import { ArmError } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { listBody, pageOf } from '../arm/paging.js';
import { notFound } from '../arm/refusals.js';
import type { ResourceId } from '../arm/resource-id.js';
import { scopeKeyOf } from '../arm/scope-keys.js';
import { Scopes } from '../arm/scopes.js';
import { ServedTypes } from '../arm/served-types.js';
import { createdBy, modifiedBy } from '../arm/system-data.js';
import { Database, type Sql } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { LOCK_VERSIONS, isAtScopeOnly, parseLock } from './lock-rules.js';
import { lockToWire, type LockPage, type LockWire } from './lock.wire.js';
import { findLock, groupIdOf, insertLock, listKeyOf, listLocks, removeLock, updateLock } from './locks.repository.js';

/** Management locks of subscriptions, groups and resources. */
@Injectable()
export class Locks {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly types: ServedTypes,
    private readonly clock: Clock,
  ) {}

  async get({ id, caller, apiVersion }: ArmRequest): Promise<LockWire> {
    const shows = servedVersion(LOCK_VERSIONS, apiVersion, { type: 'locks' });
    const scope = id.extended();
    await this.scopes.assertReadable(this.database, scope, caller);
    const found = await findLock(this.database, scope, id.key);
    if (!found) throw lockNotFound(id);
    return lockToWire(found, shows);
  }

  async list({ id, caller, apiVersion, query, url }: ArmRequest): Promise<LockPage> {
    const shows = servedVersion(LOCK_VERSIONS, apiVersion, { type: 'locks' });
    const page = pageOf(query);
    const alsoBelow = !isAtScopeOnly(query);
    const scope = id.extended();
    await this.scopes.assertReadable(this.database, scope, caller);
    await this.assertResourceExists(this.database, scope, caller.tenantId);
    const found = await listLocks(this.database, scope, alsoBelow, { ...page, limit: page.limit + 1 });
    return listBody(found, page, url, listKeyOf, (lock) => lockToWire(lock, shows));
  }

  /** Once it is answered, nothing that it forbids is done: whatever was on its way ended before, or is refused. */
  async put(request: ArmRequest): Promise<LockWire> {
    const { id, caller, body, apiVersion } = request;
    const shows = servedVersion(LOCK_VERSIONS, apiVersion, { type: 'locks' });
    const wanted = parseLock(id.name, body);
    const scope = id.extended();
    return this.database.transaction(async (tx) => {
      await this.scopes.assertLockable(tx, scope, caller);
      await this.assertResourceExists(tx, scope, caller.tenantId, 'is not being deleted');
      const now = this.clock.now();
      const current = await findLock(tx, scope, id.key);
      if (current) {
        const same = { level: current.level, notes: current.notes, owners: current.owners };
        const changes = isDeepStrictEqual(same, wanted) ? {} : modifiedBy(caller, now);
        const next = { ...current, ...wanted, ...changes, name: id.name, scope: scope.toString() };
        await updateLock(tx, next);
        request.answer(200);
        return lockToWire(next, shows);
      }
      const fresh = {
        ...createdBy(caller, now),
        ...wanted,
        id: randomUUID(),
        subscriptionId: scope.subscriptionId,
        groupId: await groupIdOf(tx, scope),
        scopeKey: scopeKeyOf(scope),
        scope: scope.toString(),
        key: id.key,
        name: id.name,
      };
      await insertLock(tx, fresh);
      request.answer(201);
      return lockToWire(fresh, shows);
    });
  }

  async delete(request: ArmRequest): Promise<void> {
    const { id, caller, apiVersion } = request;
    servedVersion(LOCK_VERSIONS, apiVersion, { type: 'locks' });
    const scope = id.extended();
    const wasThere = await this.database.transaction(async (tx) => {
      await this.scopes.assertLockable(tx, scope, caller);
      return removeLock(tx, scope, id.key);
    });
    request.answer(wasThere ? 200 : 204);
  }

  /** What a scope names below its group is there, and all above it; and stays, where that is asked for. */
  private async assertResourceExists(
    sql: Sql,
    scope: ResourceId,
    tenantId: string,
    and?: 'is not being deleted',
  ): Promise<void> {
    for (let at = scope; at.segments.length > 0; at = at.parent()) {
      const served = this.types.of(at);
      if (!served) throw new ArmError('InvalidResourceType', `There is no resource type at '${at.toString()}'.`);
      const found = await served.find(sql, at, tenantId);
      if (!found) throw notFound(served.type, at);
      if (and && found.provisioningState === 'Deleting') throw beingDeleted(served.type, found.name);
    }
  }
}

function beingDeleted(type: string, name: string): ArmError {
  return new ArmError(
    'OperationInProgress',
    `The resource '${type}/${name}' is being deleted, and no lock can keep it any more. Wait until it is gone.`,
  );
}

function lockNotFound(id: ResourceId): ArmError {
  return new ArmError('LockNotFound', `The lock '${id.name}' could not be found at '${id.extended().toString()}'.`);
}
