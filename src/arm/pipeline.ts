import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { Operations } from '../work/operations.js';
import { servedVersion } from './api-version.js';
import { throwIfAny } from './arm-error.js';
import type { ArmRequest } from './arm-request.js';
import type { Caller } from './caller.js';
import { mergePatch } from './merge-patch.js';
import { resultHeaders } from './operation-links.js';
import { listBody, pageOf } from './paging.js';
import { requirePreconditions } from './preconditions.js';
import { notFound, parentNotFound } from './refusals.js';
import type { ResourceId } from './resource-id.js';
import { VersionTable } from './resource-type.js';
import type { ResourceRecord, ResourceType, Store, Wire } from './resource-type.js';
import { Scopes } from './scopes.js';
import { ResourceWrites } from './writes.js';
import { answered, shown } from './written.js';

/** GET, LIST, PUT, PATCH and DELETE of ARM, once for all resource types. It never asks which type it has. */
@Injectable()
export class ArmPipeline {
  constructor(
    private readonly database: Database,
    private readonly operations: Operations,
    private readonly versions: VersionTable,
    private readonly scopes: Scopes,
    private readonly writes: ResourceWrites,
  ) {}

  async get<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
  ): Promise<object> {
    const found = await this.existing(type, store, request);
    return shown(type, this.wireOf(type, request), found, request);
  }

  /** Refuses an api-version that does not serve the type; for actions that work on no record. */
  assertServed({ type }: { readonly type: string }, request: ArmRequest): void {
    this.wireNamed(type, request);
  }

  /** The record that an action works on, after the checks that every request passes. */
  async existing<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
  ): Promise<R> {
    this.wireOf(type, request);
    const found = await store.find(this.database, request.id, request.caller.tenantId);
    if (found) return found;
    // Only now is it worth more statements to say which part is missing, or whose it is.
    await this.assertAboveExists(store, request.id.resource(), request.caller);
    throw notFound(type.type, request.id);
  }

  async list<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
  ): Promise<object> {
    const wire = this.wireOf(type, request);
    const page = pageOf(request.query);
    const { id, caller } = request;
    if (store.parents) await this.assertAboveExists(store, id, caller);
    const found = await store.list(this.database, id, { ...page, limit: page.limit + 1 }, caller.tenantId);
    // Where there is something, what is above it is there too; only nothing is worth another statement.
    if (!store.parents && found.length === 0) await this.assertAboveExists(store, id, caller);
    return listBody(
      found,
      page,
      request.url,
      (record) => record.key,
      (record) => wire.toWire(record),
    );
  }

  async put<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
  ): Promise<object> {
    const wire = this.wireOf(type, request);
    const badName = type.name.pattern.test(request.id.name)
      ? []
      : [{ code: 'InvalidResourceName' as const, message: `'${request.id.name}': ${type.name.rule}`, target: 'name' }];
    const parsed = wire.parse(request.body);
    throwIfAny([...badName, ...('problems' in parsed ? parsed.problems : [])]);
    const written = await this.writes.write(type, store, request, wire, () => parsed, !request.prefersAsync);
    return answered(type, wire, request, written, await this.writes.finished(store, request, written));
  }

  /** `patchOf` makes the patch of the resource as it is while it is held; left out, it is the request's body. */
  async patch<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
    patchOf: (before: object) => unknown = () => request.body,
  ): Promise<object> {
    const wire = this.wireOf(type, request);
    const written = await this.writes.write(
      type,
      store,
      request,
      wire,
      (current) => {
        if (!current) throw notFound(type.type, request.id);
        const before = wire.toWire(current);
        const patch = patchOf(before);
        const patched = wire.patched?.(current, patch) ?? mergePatch(before, patch);
        return wire.parse(patched);
      },
      false,
    );
    return answered(type, wire, request, written);
  }

  /** Deletes, or starts to; a resource that is being made or changed is taken over. */
  async delete<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    request: ArmRequest,
  ): Promise<void> {
    this.wireOf(type, request);
    const { caller, correlationId } = request;
    await this.database.transaction(async (tx) => {
      const [, , current] = await tx.together(() => [
        this.scopes.assertDeletable(tx, request.id, caller),
        store.parents?.lock(tx, request.id.parent(), caller.tenantId),
        store.lock(tx, request.id, caller.tenantId),
      ]);
      if (!current) return request.answer(204);
      requirePreconditions(request.preconditions, current);
      const operationId = await this.beginDelete(tx, type, store, current, {
        tenantId: caller.tenantId,
        correlationId,
      });
      if (operationId) request.answer(202, resultHeaders(request, operationId));
      else request.answer(200);
    });
  }

  /**
   * Removes `current` where no worker is needed; otherwise marks it and starts the operation, unless one is under way, and
   * answers the operation's id.
   */
  async beginDelete<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    tx: Tx,
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
    current: R,
    { tenantId, correlationId }: { readonly tenantId: string; readonly correlationId: string },
  ): Promise<string | undefined> {
    if (!type.work.delete) {
      await store.remove(tx, current);
      return undefined;
    }
    if (current.provisioningState === 'Deleting') {
      const active = await this.operations.activeOf(tx, current.id);
      if (active) return active;
    }
    await store.update(tx, { ...current, provisioningState: 'Deleting' });
    const { id: recordId, subscriptionId } = current;
    return this.operations.takeOver(tx, {
      type: type.type,
      recordId,
      subscriptionId,
      tenantId,
      correlationId,
      kind: 'Delete',
    });
  }

  private async assertAboveExists<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    { parents }: Store<R, C, P>,
    id: ResourceId,
    caller: Caller,
  ): Promise<void> {
    if (parents && (await parents.find(this.database, id.parent(), caller.tenantId))) return;
    await this.scopes.assertReadable(this.database, id, caller);
    if (parents) throw parentNotFound(parents.type, id.parent());
  }

  private wireOf<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    { type }: ResourceType<R, C, P>,
    request: ArmRequest,
  ): Wire<R> {
    return this.wireNamed<R>(type, request);
  }

  private wireNamed<R>(type: string, { apiVersion }: ArmRequest): Wire<R> {
    return servedVersion(this.versions.wiresOf<R>(type), apiVersion, { type: type.split('/').slice(1).join('/') });
  }
}
