import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { Clock } from '../work/clock.js';
import { Operations } from '../work/operations.js';
import { servedVersion } from './api-version.js';
import { ArmError, throwIfAny } from './arm-error.js';
import type { ArmRequest } from './arm-request.js';
import { changedCreateOnly, changedFields } from './field-policy.js';
import { mergePatch } from './merge-patch.js';
import { operationHeaders, resultHeaders } from './operation-links.js';
import { listBody, pageOf } from './paging.js';
import { isTerminal } from './provisioning-state.js';
import { VersionTable } from './resource-type.js';
import type { ResourceRecord, ResourceType, Store, Wire } from './resource-type.js';
import { Scopes } from './scopes.js';
import { modifiedBy } from './system-data.js';

/** GET, LIST, PUT, PATCH and DELETE of ARM, once for all resource types. It never asks which type it has. */
@Injectable()
export class ArmPipeline {
  constructor(
    private readonly database: Database,
    private readonly operations: Operations,
    private readonly versions: VersionTable,
    private readonly scopes: Scopes,
    private readonly clock: Clock,
  ) {}

  async get<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
  ): Promise<object> {
    return this.wireOf(type, request).toWire(await this.existing(type, store, request));
  }

  /** Refuses an api-version that does not serve the type; for actions that work on no record. */
  assertServed<R extends ResourceRecord, C>(type: ResourceType<R, C>, request: ArmRequest): void {
    this.wireOf(type, request);
  }

  /** The record that an action works on, after the checks that every request passes. */
  async existing<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
  ): Promise<R> {
    this.wireOf(type, request);
    const found = await store.find(this.database, request.id, request.caller.tenantId);
    if (found) return found;
    // Only now is it worth a second statement to say which part is missing, or whose it is.
    await this.scopes.assertReadable(this.database, request.id, request.caller);
    throw notFound(type.type, request);
  }

  async list<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
  ): Promise<object> {
    const wire = this.wireOf(type, request);
    const page = pageOf(request.query);
    await this.scopes.assertReadable(this.database, request.id, request.caller);
    const found = await store.list(this.database, request.id, { ...page, limit: page.limit + 1 });
    return listBody(
      found,
      page,
      request.url,
      (record) => record.key,
      (record) => wire.toWire(record),
    );
  }

  put<R extends ResourceRecord, C>(type: ResourceType<R, C>, store: Store<R, C>, request: ArmRequest): Promise<object> {
    const wire = this.wireOf(type, request);
    const badName = type.name.pattern.test(request.id.name)
      ? []
      : [{ code: 'InvalidResourceName' as const, message: `'${request.id.name}': ${type.name.rule}`, target: 'name' }];
    const parsed = wire.parse(request.body);
    throwIfAny([...badName, ...('problems' in parsed ? parsed.problems : [])]);
    return this.written(type, store, request, wire, () => parsed);
  }

  patch<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
  ): Promise<object> {
    const wire = this.wireOf(type, request);
    return this.written(type, store, request, wire, (current) => {
      if (!current) throw notFound(type.type, request);
      return wire.parse(mergePatch(wire.toWire(current), request.body));
    });
  }

  /** Deletes, or starts to; a resource that is being made or changed is taken over. */
  async delete<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
  ): Promise<void> {
    this.wireOf(type, request);
    const headers = await this.database.transaction(async (tx) => {
      await this.scopes.assertDeletable(tx, request.id, request.caller);
      const current = await store.lock(tx, request.id);
      return (
        current &&
        resultHeaders(
          request,
          await this.beginDelete(tx, type, store, current, {
            tenantId: request.caller.tenantId,
            correlationId: request.correlationId,
          }),
        )
      );
    });
    request.answer(headers ? 202 : 204, headers);
  }

  /** Marks `current` for deletion and starts the operation, unless one is under way; answers the operation's id. */
  async beginDelete<R extends ResourceRecord, C>(
    tx: Tx,
    type: ResourceType<R, C>,
    store: Store<R, C>,
    current: R,
    from: { readonly tenantId: string; readonly correlationId: string },
  ): Promise<string> {
    const resource = { type: type.type, recordId: current.id, subscriptionId: current.subscriptionId };
    if (current.provisioningState === 'Deleting') {
      const active = await this.operations.activeOf(tx, current.id);
      if (active) return active;
    }
    await store.update(tx, { ...current, provisioningState: 'Deleting' });
    const { tenantId, correlationId } = from;
    return this.operations.takeOver(tx, { ...resource, tenantId, correlationId, kind: 'Delete' });
  }

  private async written<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
    wire: Wire<R>,
    parse: (current: R | undefined) => ReturnType<Wire<R>['parse']>,
  ): Promise<object> {
    try {
      return await this.writtenOnce(type, store, request, wire, parse);
    } catch (error) {
      // Nobody holds a lock on a row that is not there yet: of two first PUTs the index lets one through.
      if (!type.uniqueConstraints.includes(constraintOf(error) ?? '')) throw error;
      return this.writtenOnce(type, store, request, wire, parse);
    }
  }

  private writtenOnce<R extends ResourceRecord, C>(
    type: ResourceType<R, C>,
    store: Store<R, C>,
    request: ArmRequest,
    wire: Wire<R>,
    parse: (current: R | undefined) => ReturnType<Wire<R>['parse']>,
  ): Promise<object> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      await this.scopes.assertWritable(tx, request.id, request.caller);
      const current = await store.lock(tx, request.id);
      const parsed = parse(current);
      if ('problems' in parsed) throwIfAny(parsed.problems);
      const body = 'body' in parsed ? parsed.body : {};
      if (current && !isTerminal(current.provisioningState)) throw busy(type.type, current);

      const next = wire.fromWire(body, current ?? type.fresh(request.id, request.caller, now));
      throwIfAny([...type.validate(next, current), ...(current ? changedCreateOnly(type.fields, current, next) : [])]);
      throwIfAny(type.admit(next, await store.context(tx, next, current), current));

      const changed = current ? changedFields(type.fields, current, next) : [];
      const provisioned =
        !current ||
        current.provisioningState !== 'Succeeded' ||
        changed.some((field) => type.fields[field] === 'provisioned');
      Object.assign(next, { name: request.id.name, groupName: request.id.groupName });
      if (current && changed.length > 0) Object.assign(next, modifiedBy(request.caller, now));
      if (provisioned) next.provisioningState = current ? 'Updating' : 'Creating';
      if (!current) await store.insert(tx, next);
      else if (!isDeepStrictEqual(current, next)) await store.update(tx, next);
      if (!provisioned) {
        request.answer(200);
        return wire.toWire(next);
      }
      const operationId = await this.operations.start(tx, {
        type: type.type,
        recordId: next.id,
        subscriptionId: next.subscriptionId,
        tenantId: request.caller.tenantId,
        correlationId: request.correlationId,
        kind: current ? 'Update' : 'Create',
      });
      request.answer(201, operationHeaders(request, operationId));
      return wire.toWire(next);
    });
  }

  private wireOf<R extends ResourceRecord, C>(type: ResourceType<R, C>, request: ArmRequest): Wire<R> {
    return servedVersion(this.versions.wiresOf<R>(type.type), request.apiVersion, {
      type: type.type.split('/').slice(1).join('/'),
    });
  }
}

/** The 404 that ARM has for a resource of a known type. */
export function notFound(type: string, { id }: Pick<ArmRequest, 'id'>): ArmError {
  const names = id.segments.map(({ name }) => name).join('/');
  return new ArmError(
    'ResourceNotFound',
    `The Resource '${type}/${names}' under resource group '${id.groupName}' was not found. ` +
      'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
  );
}

function busy(type: string, { name, provisioningState }: ResourceRecord): ArmError {
  return new ArmError(
    'OperationInProgress',
    `The resource '${type}/${name}' is ${provisioningState.toLowerCase()}. Wait for that operation to end and send the request again.`,
  );
}
