import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { mergePatch } from '../arm/merge-patch.js';
import { resultHeaders } from '../arm/operation-links.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Scopes } from '../arm/scopes.js';
import { createdBy, modifiedBy } from '../arm/system-data.js';
import { Authorization } from '../authorization/authorization.js';
import { Config } from '../config/config.js';
import { Database, type Tx } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { Operations } from '../work/operations.js';
import { filterOf } from './filter.js';
import type { ResourceGroup } from './resource-group.entity.js';
import { GROUP_TYPE, groupNameProblems, groupToWire, movedProblems, parseGroup } from './resource-group-rules.js';
import type { WantedGroup } from './resource-group-rules.js';
import type { ResourceGroupPage, ResourceGroupWire } from './resource-group.wire.js';
import {
  findGroup,
  insertGroup,
  listGroups,
  lockGroup,
  lockGroupToDelete,
  updateGroup,
} from './resource-groups.repository.js';
import { groupBeingDeleted, groupNotFound } from './subscription-scopes.js';

/** The group that the key of a scope names, where it names nothing below one. */
const GROUP_KEY = /^\/subscriptions\/[^/]+\/resourcegroups\/([^/]+)$/;

/** Resource groups: made and changed at once, deleted by a worker with all that is in them. */
@Injectable()
export class ResourceGroups {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly operations: Operations,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly authorization: Authorization,
  ) {}

  async get({ id, caller }: ArmRequest): Promise<ResourceGroupWire> {
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    const found = await findGroup(this.database, id.subscriptionId, id.groupKey);
    if (!found) throw groupNotFound(id.groupName);
    return groupToWire(found);
  }

  async exists(request: ArmRequest): Promise<void> {
    await this.scopes.assertReadable(this.database, request.id, request.caller);
    request.answer(204);
  }

  async list({ id, caller, query, url }: ArmRequest): Promise<ResourceGroupPage> {
    const page = pageOf(query);
    const filter = filterOf(query, ['tagName', 'tagValue']);
    await this.scopes.assertReadable(this.database, id, caller);
    const scopes = await this.authorization.scopesBelow(
      caller,
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      id,
    );
    const shown = scopes === 'all' ? scopes : scopes.flatMap((key) => GROUP_KEY.exec(key)?.[1] ?? []);
    const found = await listGroups(this.database, id.subscriptionId, { ...page, limit: page.limit + 1 }, filter, shown);
    return listBody(found, page, url, ({ key }) => key, groupToWire);
  }

  async put(request: ArmRequest): Promise<ResourceGroupWire> {
    const parsed = parseGroup(request.body, this.config.regions);
    const badName = groupNameProblems(request.id.name);
    throwIfAny([...badName, ...('problems' in parsed ? parsed.problems : [])]);
    const wanted = (parsed as { group: WantedGroup }).group;
    return this.database.transaction(async (tx) => {
      const { id, caller } = request;
      await this.scopes.assertWritable(tx, id.subscription(), caller, id.group());
      for (;;) {
        const current = await lockGroup(tx, id.subscriptionId, id.groupKey);
        if (current) return this.changed(tx, request, current, wanted);
        const fresh = freshGroup(request, wanted, this.clock.now());
        // Of two first PUTs one makes the group; the other finds it in the next turn.
        if (!(await insertGroup(tx, fresh))) continue;
        request.answer(201);
        return groupToWire(fresh);
      }
    });
  }

  /** `patchOf` makes the patch of the group as it is while it is held; left out, it is the request's body. */
  async patch(
    request: ArmRequest,
    patchOf: (before: ResourceGroupWire) => unknown = () => request.body,
  ): Promise<ResourceGroupWire> {
    return this.database.transaction(async (tx) => {
      const { id, caller } = request;
      await this.scopes.assertWritable(tx, id.subscription(), caller, id.group());
      const current = await lockGroup(tx, id.subscriptionId, id.groupKey);
      if (!current) throw groupNotFound(id.groupName);
      const before = groupToWire(current);
      const parsed = parseGroup(mergePatch(before, patchOf(before)), this.config.regions);
      if ('problems' in parsed) throwIfAny(parsed.problems);
      return this.changed(tx, request, current, (parsed as { group: WantedGroup }).group);
    });
  }

  /** Marks the group, which from then on takes nothing new, and leaves the rest to a worker. */
  async delete(request: ArmRequest): Promise<void> {
    const { id, caller, correlationId } = request;
    const operationId = await this.database.transaction(async (tx) => {
      await this.scopes.assertDeletable(tx, id.subscription(), caller, id.group());
      const current = await lockGroupToDelete(tx, id.subscriptionId, id.groupKey);
      if (!current) throw groupNotFound(id.groupName);
      const active = await this.operations.activeOf(tx, current.id);
      if (active) return active;
      await updateGroup(tx, { ...current, provisioningState: 'Deleting' });
      return this.operations.start(tx, {
        type: GROUP_TYPE,
        kind: 'Delete',
        recordId: current.id,
        subscriptionId: id.subscriptionId,
        tenantId: caller.tenantId,
        correlationId,
      });
    });
    request.answer(202, resultHeaders(request, operationId));
  }

  /** @throws ArmError FeatureNotSupported, once the group is known to be there. */
  async exportTemplate({ id, caller }: ArmRequest): Promise<void> {
    await this.scopes.assertReadable(this.database, id.group(), caller);
    throw new ArmError(
      'FeatureNotSupported',
      'There are no templates here, so that a group cannot be exported as one. ' +
        'GET of each resource answers all that its PUT takes.',
    );
  }

  private async changed(
    tx: Tx,
    request: ArmRequest,
    current: ResourceGroup,
    wanted: WantedGroup,
  ): Promise<ResourceGroupWire> {
    if (current.provisioningState === 'Deleting') throw groupBeingDeleted(current.name);
    throwIfAny(movedProblems(wanted, current));
    const { tags, managedBy } = current;
    const isChanged = !isDeepStrictEqual({ tags, managedBy }, { tags: wanted.tags, managedBy: wanted.managedBy });
    const next = {
      ...current,
      ...wanted,
      name: request.id.name,
      ...(isChanged ? modifiedBy(request.caller, this.clock.now()) : {}),
    };
    if (!isDeepStrictEqual(next, current)) await updateGroup(tx, next);
    request.answer(200);
    return groupToWire(next);
  }
}

function freshGroup({ id, caller }: ArmRequest, wanted: WantedGroup, now: Date): ResourceGroup {
  return {
    ...createdBy(caller, now),
    ...wanted,
    id: randomUUID(),
    subscriptionId: id.subscriptionId,
    key: id.groupKey,
    name: id.name,
    provisioningState: 'Succeeded',
  };
}
