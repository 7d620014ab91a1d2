import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { servedVersion } from '../arm/api-version.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { listBody, pageOf } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { ServedTypes } from '../arm/served-types.js';
import { parseUuid } from '../arm/uuid.js';
import { Config } from '../config/config.js';
import { Database, type Tx } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { Clock } from '../work/clock.js';
import { builtInRole } from './built-in-roles.js';
import { filterTerms } from './list-filter.js';
import { RightsOfCallers } from './rights.js';
import type { PrincipalType, RoleAssignment } from './role-assignment.entity.js';
import { assignmentName, parseAssignment, type WantedAssignment } from './role-assignment-rules.js';
import { assignmentToWire, type RoleAssignmentPage, type RoleAssignmentWire } from './role-assignment.wire.js';
import * as rows from './role-assignments.repository.js';
import { holdRole } from './role-definitions.repository.js';
import * as refusals from './role-refusals.js';
import { ROLE_VERSIONS, type RoleVersion } from './role-versions.js';
import { fullKeyOf, isWithin } from './scope-chain.js';
import { assertScopeStays } from './scope-existence.js';

const TYPE = { type: 'roleAssignments' };

/** Who has which role at a subscription, a group or a resource. */
@Injectable()
export class RoleAssignments {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly types: ServedTypes,
    private readonly rights: RightsOfCallers,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async get({ id, caller, apiVersion }: ArmRequest): Promise<RoleAssignmentWire> {
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const name = assignmentName(id.name);
    const scope = id.extended();
    await this.scopes.assertReadable(this.database, scope, caller);
    const found = await rows.findAssignment(this.database, caller.tenantId, scope, name);
    if (!found) throw refusals.assignmentNotFound(name);
    return assignmentToWire(found, shows);
  }

  async list({ id, caller, apiVersion, query, url }: ArmRequest): Promise<RoleAssignmentPage> {
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const page = pageOf(query);
    const terms = filterTerms(query, ['atScope', 'assignedTo', 'principalId']);
    const principalId = terms.principalid ?? terms.assignedto;
    const scope = id.extended();
    await this.scopes.assertReadable(this.database, scope, caller);
    const search = {
      tenantId: caller.tenantId,
      scope,
      alsoBelow: terms.atscope === undefined,
      principalId: parseUuid(principalId) ?? principalId,
      alsoByGroups: terms.principalid === undefined,
    };
    const found = await rows.listAssignments(this.database, search, { ...page, limit: page.limit + 1 });
    return listBody(found, page, url, rows.listKeyOf, (each) => assignmentToWire(each, shows));
  }

  /** From the answer on the principal has the role, in every process as soon as it hears of it. */
  async put(request: ArmRequest): Promise<RoleAssignmentWire> {
    const { id, body, apiVersion } = request;
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const wanted = parseAssignment(id.name, body);
    try {
      return await this.database.transaction((tx) => this.write(tx, request, wanted, shows));
    } catch (error) {
      // Somebody else was faster by a moment.
      const constraint = constraintOf(error);
      if (constraint === 'role_assignments_once') throw refusals.assignmentExists(wanted.name);
      if (constraint === 'role_assignments_name_unique') throw refusals.assignmentIsAnother();
      throw error;
    } finally {
      this.rights.forgetAll();
    }
  }

  /** Answers what was removed, as Azure Resource Manager does. */
  async delete(request: ArmRequest): Promise<RoleAssignmentWire | undefined> {
    const { id, caller, apiVersion } = request;
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const name = assignmentName(id.name);
    const scope = id.extended();
    const removed = await this.database.transaction(async (tx) => {
      // Locks further down in a subscription have nothing to do with who may what in all of it.
      if (scope.groupName === undefined) await this.scopes.assertWritable(tx, scope, caller);
      else await this.scopes.assertDeletable(tx, scope, caller, id.resource());
      return rows.removeAssignment(tx, caller.tenantId, scope, name);
    });
    this.rights.forgetAll();
    request.answer(removed ? 200 : 204);
    return removed && assignmentToWire(removed, shows);
  }

  private async write(
    tx: Tx,
    request: ArmRequest,
    { principalType: givenType, ...wanted }: WantedAssignment,
    shows: RoleVersion,
  ): Promise<RoleAssignmentWire> {
    const { id, caller } = request;
    const { tenantId } = caller;
    const scope = id.extended();
    await this.scopes.assertWritable(tx, scope, caller);
    await assertScopeStays(tx, this.types, scope, tenantId);
    await this.assertAssignable(tx, tenantId, wanted.roleId, scope);
    const principal = await this.principal(tx, tenantId, wanted.principalId, givenType);
    const now = this.clock.now();
    const by = { updatedBy: caller.objectId, updatedAt: now };
    const current = await rows.lockAssignmentNamed(tx, tenantId, wanted.name);
    const fresh: RoleAssignment = {
      ...wanted,
      ...principal,
      ...by,
      id: randomUUID(),
      tenantId,
      subscriptionId: scope.subscriptionId,
      groupId: await rows.groupRowOf(tx, scope),
      scopeKey: fullKeyOf(scope),
      scope: scope.toString(),
      createdBy: caller.objectId,
      createdAt: now,
    };
    if (current) {
      if (!isSame(current, fresh)) throw refusals.assignmentIsAnother();
      const { description, condition, conditionVersion } = wanted;
      const next = { ...current, ...by, description, condition, conditionVersion };
      await rows.updateAssignment(tx, next);
      request.answer(200);
      return assignmentToWire(next, shows);
    }
    const twin = await rows.twinOf(tx, fresh);
    if (twin !== undefined) throw refusals.assignmentExists(twin);
    await rows.insertAssignment(tx, fresh);
    request.answer(201);
    return assignmentToWire(fresh, shows);
  }

  /** The role is there, stays until the transaction ends, and can be assigned at the scope. */
  private async assertAssignable(tx: Tx, tenantId: string, roleId: string, scope: ResourceId): Promise<void> {
    if (builtInRole(roleId)) return;
    const custom = await holdRole(tx, tenantId, roleId);
    if (!custom) throw refusals.roleDoesNotExist(roleId);
    if (!custom.assignableScopes.some((each) => isWithin(fullKeyOf(scope), each)))
      throw refusals.roleNotAssignable(custom.name, scope);
  }

  /** Those of other issuers cannot be looked up, and are believed where there are such issuers. */
  private async principal(
    tx: Tx,
    tenantId: string,
    principalId: string,
    given: PrincipalType | undefined,
  ): Promise<Pick<RoleAssignment, 'principalType' | 'isLocal'>> {
    const known = await rows.principalTypeOf(tx, tenantId, principalId);
    const hasOthers = this.config.oidcIssuers.length > 0;
    if (known === undefined && given !== undefined && hasOthers) return { principalType: given, isLocal: false };
    if (known === undefined) throw refusals.principalNotFound(principalId, tenantId, hasOthers);
    if (given !== undefined && given !== known) throw refusals.principalIsAnother(principalId, known, given);
    return { principalType: known, isLocal: true };
  }
}

function isSame(one: RoleAssignment, other: RoleAssignment): boolean {
  return (
    one.scopeKey === other.scopeKey &&
    one.roleId === other.roleId &&
    one.principalId === other.principalId &&
    one.isLocal === other.isLocal
  );
}
