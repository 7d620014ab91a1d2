import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import type { Caller } from '../arm/caller.js';
import { resultHeaders } from '../arm/operation-links.js';
import { parseBody } from '../arm/parse-body.js';
import { ResourceCatalogue } from '../arm/resource-catalogue.js';
import { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { createdBy } from '../arm/system-data.js';
import { Authorization } from '../authorization/authorization.js';
import { Database, type Tx } from '../database/database.js';
import { moveLocks } from '../locks/locks.repository.js';
import { findGroup } from '../subscriptions/resource-groups.repository.js';
import { Clock } from '../work/clock.js';
import { OperationKinds } from '../work/operation-kinds.js';
import type { Operation } from '../work/operation.entity.js';
import { Operations } from '../work/operations.js';
import { PlanFailure } from '../work/plan.js';
import { heldMove, type HeldType } from './held-move.js';
import type { Move } from './move.entity.js';
import { MoveBody } from './move.wire.js';
import { findMove, insertMove, removeMove } from './moves.repository.js';
import { movedTo, typeOf, wantedMove, type WantedMove } from './wanted-move.js';

const MOVE_TYPE = 'Microsoft.Resources/moves';

/**
 * Resources that change their group or subscription. All that a move does is done in the transaction that ends its
 * operation, so that it is done whole or not at all; until then nothing is held, and what changed meanwhile is judged anew.
 */
@Injectable()
export class Moves implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly catalogue: ResourceCatalogue,
    private readonly operations: Operations,
    private readonly kinds: OperationKinds,
    private readonly clock: Clock,
    private readonly authorization: Authorization,
  ) {}

  onModuleInit(): void {
    this.kinds.register<Move>({
      type: MOVE_TYPE,
      kind: 'Move',
      plan: [],
      scope: ({ recordId }) => findMove(this.database, recordId),
      settle: (tx, operation, outcome) => this.settle(tx, operation, outcome),
    });
  }

  /** Starts a move, or only its rehearsal; what stands in its way now is told at once. */
  async start(request: ArmRequest, { isRehearsal }: { readonly isRehearsal: boolean }): Promise<void> {
    const { caller, correlationId } = request;
    const source = request.id.resource();
    const parsed = parseBody(MoveBody, request.body);
    if ('problems' in parsed) return throwIfAny(parsed.problems);
    const { resources, targetResourceGroup: target } = parsed.body;
    await this.assertMayMove(source, parsed.body, caller);
    const move = { id: randomUUID(), source: source.toString(), target, resources, caller, isRehearsal };
    const operationId = await this.database.transaction(async (tx) => {
      await this.held(tx, move);
      await insertMove(tx, move);
      const { subscriptionId } = source;
      const { tenantId } = caller;
      return this.operations.start(tx, {
        type: MOVE_TYPE,
        kind: 'Move',
        recordId: move.id,
        subscriptionId,
        tenantId,
        correlationId,
      });
    });
    request.answer(202, resultHeaders(request, operationId));
  }

  /** The caller may write what leaves, and the same where it goes; what cannot be read is told by others. */
  private async assertMayMove(source: ResourceId, body: MoveBody, caller: Caller): Promise<void> {
    const read = wantedMove(source, body);
    if ('problems' in read) return;
    const { target, resources } = read.move;
    await this.authorization.assertMay(caller, 'Microsoft.Resources/subscriptions/resourceGroups/write', target);
    for (const resource of resources) {
      const action = `${typeOf(resource)}/write`;
      await this.authorization.assertMay(caller, action, resource);
      await this.authorization.assertMay(caller, action, target);
    }
  }

  private async settle(tx: Tx, { recordId }: Operation, outcome: 'Succeeded' | 'Failed'): Promise<void> {
    const move = await findMove(tx, recordId);
    if (!move) return;
    await removeMove(tx, recordId);
    if (outcome === 'Failed') return;
    const { wanted, types } = await this.held(tx, move).catch(asPlanFailure);
    if (move.isRehearsal) return;
    const { subscriptionId, groupKey } = wanted.target;
    // As the group itself is written, whatever the caller made of it.
    const groupName = (await findGroup(tx, subscriptionId, groupKey))?.name ?? wanted.target.name;
    const by = createdBy(move.caller, this.clock.now());
    for (const { type, held } of types) {
      const ids = held.map((resource) => resource.recordId);
      await type.place(tx, ids, { subscriptionId, groupKey, groupName }, by);
    }
    for (const from of wanted.resources) await moveLocks(tx, from, movedTo(from, { subscriptionId, groupName }));
  }

  private async held(tx: Tx, move: Move): Promise<{ wanted: WantedMove; types: readonly HeldType[] }> {
    const source = ResourceId.parse(move.source)!;
    const read = wantedMove(source, { resources: move.resources, targetResourceGroup: move.target });
    if ('problems' in read) throwIfAny(read.problems);
    const wanted = (read as { readonly move: WantedMove }).move;
    const types = await heldMove(tx, { scopes: this.scopes, catalogue: this.catalogue }, wanted, move.caller);
    return { wanted, types };
  }
}

/** A refusal ends the operation for good; anything else is tried again. */
function asPlanFailure(error: unknown): never {
  throw error instanceof ArmError ? new PlanFailure(error.code, error.message) : error;
}
