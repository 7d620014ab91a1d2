import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { Clock } from '../work/clock.js';
import { OperationEnds } from '../work/operation-ends.js';
import { Operations } from '../work/operations.js';
import { throwIfAny, type ArmError } from './arm-error.js';
import type { ArmRequest } from './arm-request.js';
import type { Caller } from './caller.js';
import { changedCreateOnly, changedFields } from './field-policy.js';
import { requirePreconditions } from './preconditions.js';
import { isTerminal } from './provisioning-state.js';
import { changedReadOnly } from './read-only.js';
import { busy, parentNotFound } from './refusals.js';
import type { ResourceRecord, ResourceType, Store, Wire } from './resource-type.js';
import { Scopes } from './scopes.js';
import { modifiedBy } from './system-data.js';
import type { Written } from './written.js';

/** What PUT and PATCH have in common: one transaction from the lock to the row of the operation. */
@Injectable()
export class ResourceWrites {
  constructor(
    private readonly database: Database,
    private readonly operations: Operations,
    private readonly ends: OperationEnds,
    private readonly scopes: Scopes,
    private readonly clock: Clock,
  ) {}

  /**
   * Lays what `parse` makes of the request over the resource, which is held from then on, and starts the operation that makes
   * it true, where one is needed. `lingers` where the client may wait for its end.
   */
  async write<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
    wire: Wire<R>,
    parse: (current: R | undefined) => ReturnType<Wire<R>['parse']>,
    lingers: boolean,
  ): Promise<Written<R>> {
    try {
      return await this.once(type, store, request, wire, parse, lingers);
    } catch (error) {
      // Nobody holds a lock on a row that is not there yet: of two first PUTs the index lets one through.
      if (!type.uniqueConstraints.includes(constraintOf(error) ?? '')) throw error;
      return this.once(type, store, request, wire, parse, lingers);
    }
  }

  private once<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
    wire: Wire<R>,
    parse: (current: R | undefined) => ReturnType<Wire<R>['parse']>,
    lingers: boolean,
  ): Promise<Written<R>> {
    const { id, caller } = request;
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const [, parent, current] = await tx.together(() => [
        this.scopes.assertWritable(tx, id, caller),
        this.lockedParent(tx, store, request),
        store.lock(tx, id, caller.tenantId),
      ]);
      const parsed = parse(current);
      if ('problems' in parsed) throwIfAny(parsed.problems);
      const body = 'body' in parsed ? parsed.body : {};
      requirePreconditions(request.preconditions, current);
      if (current && !isTerminal(current.provisioningState)) throw await this.busy(tx, type.type, current, caller);

      const next = wire.fromWire(body, current ?? type.fresh(id, caller, now, parent));
      Object.assign(next, type.added?.(next, current, caller, now));
      throwIfAny([
        ...changedReadOnly(body, current && (() => wire.toWire(current)), () => wire.toWire(next)),
        ...type.validate(next, current),
        ...(current ? changedCreateOnly(type.fields, current, next) : []),
      ]);
      throwIfAny(type.admit(next, await store.context(tx, next, current, parent), current));

      const changed = current ? changedFields(type.fields, current, next) : [];
      const needsWorker = current
        ? current.provisioningState !== 'Succeeded' || changed.some((field) => type.fields[field] === 'provisioned')
        : type.work.create;
      Object.assign(next, { name: id.name, groupName: id.groupName });
      if (current && changed.length > 0) Object.assign(next, modifiedBy(caller, now));
      next.provisioningState = needsWorker ? (current ? 'Updating' : 'Creating') : 'Succeeded';
      const keep = async () => {
        if (!current) await store.insert(tx, next);
        else if (!isDeepStrictEqual(current, next)) await store.update(tx, next);
      };
      if (!needsWorker) {
        tx.atCommit(keep);
        return { record: next };
      }
      const [, operationId] = await tx.together(() => [
        keep(),
        this.operations.start(tx, {
          type: type.type,
          recordId: next.id,
          subscriptionId: next.subscriptionId,
          tenantId: caller.tenantId,
          correlationId: request.correlationId,
          kind: current ? 'Update' : 'Create',
        }),
      ]);
      return { record: next, operationId, ...(lingers ? { ended: this.ends.soon(operationId) } : {}) };
    });
  }

  /** The resource as its operation left it, for a client that waits for that. Nothing is held meanwhile. */
  async finished<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    store: Store<R, C, P>,
    { id, caller }: ArmRequest,
    { record, ended }: Written<R>,
  ): Promise<R | undefined> {
    if (!(await ended)) return undefined;
    // What was written stands: a question that fails now must not make it look refused.
    const found = await store.find(this.database, id, caller.tenantId).catch(() => undefined);
    return found?.id === record.id && found.provisioningState === 'Succeeded' ? found : undefined;
  }

  /** The resource above, held until the commit; a store of top-level resources has none and nobody asks it for one. */
  private async lockedParent<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    tx: Tx,
    { parents }: Store<R, C, P>,
    { id, caller }: ArmRequest,
  ): Promise<P> {
    if (!parents) return undefined as P;
    const parent = await parents.lock(tx, id.parent(), caller.tenantId);
    if (!parent) throw parentNotFound(parents.type, id.parent());
    if (parent.provisioningState === 'Deleting') throw await this.busy(tx, parents.type, parent, caller);
    return parent;
  }

  /** The refusal to write a resource that an operation works on. */
  async busy(tx: Tx, type: string, record: ResourceRecord, { tenantId }: Caller): Promise<ArmError> {
    return busy(type, record, await this.operations.runningOn(tx, record.id, tenantId));
  }
}
