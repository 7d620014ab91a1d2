import { Injectable } from '@nestjs/common';
import { servedVersion } from '../arm/api-version.js';
import { ArmError } from '../arm/arm-error.js';
import type { ArmRequest, TenantRequest } from '../arm/arm-request.js';
import type { Caller } from '../arm/caller.js';
import { listBody, pageOf } from '../arm/paging.js';
import { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { Database, type Tx } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { Clock } from '../work/clock.js';
import { Authorization } from './authorization.js';
import { BUILT_IN_ROLES, builtInRole } from './built-in-roles.js';
import { filterTerms } from './list-filter.js';
import { RightsOfCallers } from './rights.js';
import { assertNotBuiltIn, parseRole, roleIdGiven, sameName, type WantedRole } from './role-definition-rules.js';
import type { RoleDefinition } from './role-definition.entity.js';
import {
  roleToWire,
  type RoleDefinitionPage,
  type RoleDefinitionWire,
  type ShownRole,
} from './role-definition.wire.js';
import * as rows from './role-definitions.repository.js';
import { roleDoesNotExist } from './role-refusals.js';
import { ROLE_VERSIONS } from './role-versions.js';
import { fullKeyOf, isWithin } from './scope-chain.js';

const TYPE = { type: 'roleDefinitions' };

/** As many as a tenant may have with Azure. */
const MOST_CUSTOM_ROLES = 5_000;

/** Roles: those that are built in, and those that customers made. */
@Injectable()
export class RoleDefinitions {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly authorization: Authorization,
    private readonly rights: RightsOfCallers,
    private readonly clock: Clock,
  ) {}

  /** `id` is missing where the path lies below no subscription. */
  async get({ caller, apiVersion }: TenantRequest, given: string, id?: ResourceId): Promise<RoleDefinitionWire> {
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const roleId = roleIdGiven(given);
    if (id) await this.scopes.assertReadable(this.database, id.extended(), caller);
    const custom = builtInRole(roleId) ? undefined : await rows.findRole(this.database, caller.tenantId, roleId);
    const found = builtInRole(roleId) ?? (custom && shownOf(custom));
    if (!found) throw roleDoesNotExist(roleId);
    return roleToWire(found, shows, id?.subscriptionId);
  }

  async list({ caller, apiVersion, query, url }: TenantRequest, id?: ResourceId): Promise<RoleDefinitionPage> {
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const page = pageOf(query);
    const terms = filterTerms(query, ['atScope', 'atScopeAndBelow', 'roleName', 'type']);
    if (id) await this.scopes.assertReadable(this.database, id.extended(), caller);
    const customs = await rows.rolesOfTenant(this.database, caller.tenantId);
    const key = id && fullKeyOf(id.extended());
    const isThere = ({ assignableScopes }: RoleDefinition) =>
      key === undefined ||
      assignableScopes.some(
        (scope) => isWithin(key, scope) || (terms.atscopeandbelow !== undefined && isWithin(scope.toLowerCase(), key)),
      );
    const wantedType = terms.type?.toLowerCase();
    const all: ShownRole[] = [...BUILT_IN_ROLES, ...customs.filter(isThere).map(shownOf)];
    const found = all.filter(
      (role) =>
        (terms.rolename === undefined || role.name.toLowerCase() === terms.rolename.toLowerCase()) &&
        (wantedType === undefined || wantedType === (role.custom ? 'customrole' : 'builtinrole')) &&
        role.id > page.after,
    );
    const ordered = found.sort((one, other) => (one.id < other.id ? -1 : 1));
    return listBody(
      ordered,
      page,
      url,
      (role) => role.id,
      (role) => roleToWire(role, shows, id?.subscriptionId),
    );
  }

  /** Who writes a role needs to be allowed that wherever it can be assigned, before and after. */
  async put(request: ArmRequest): Promise<RoleDefinitionWire> {
    const { id, caller, body, apiVersion } = request;
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const wanted = parseRole(id.name, body);
    await this.scopes.assertReadable(this.database, id.extended(), caller);
    await this.assertMayEverywhere(caller, 'write', wanted.scopes);
    try {
      const role = await this.database.transaction((tx) => this.write(tx, request, wanted));
      return roleToWire(shownOf(role), shows, id.subscriptionId);
    } catch (error) {
      const constraint = constraintOf(error);
      if (constraint === 'role_definitions_name_unique') throw sameName(wanted.name);
      if (constraint === 'role_definitions_pkey')
        throw new ArmError(
          'InvalidRoleDefinitionId',
          `The role definition ID '${wanted.id}' is taken. Use another GUID.`,
        );
      throw error;
    } finally {
      this.rights.forgetAll();
    }
  }

  /** Answers what was removed, as Azure Resource Manager does. */
  async delete(request: ArmRequest): Promise<RoleDefinitionWire | undefined> {
    const { id, caller, apiVersion } = request;
    const shows = servedVersion(ROLE_VERSIONS, apiVersion, TYPE);
    const roleId = roleIdGiven(id.name);
    assertNotBuiltIn(roleId);
    await this.scopes.assertReadable(this.database, id.extended(), caller);
    const removed = await this.database.transaction(async (tx) => {
      const current = await rows.lockRole(tx, caller.tenantId, roleId);
      if (!current) return undefined;
      await this.assertMayEverywhere(caller, 'delete', scopesOf(current));
      if (await rows.isAssigned(tx, roleId))
        throw new ArmError(
          'RoleDefinitionHasAssignments',
          `There are existing role assignments referencing the role '${current.name}' (${roleId}). Delete them first.`,
        );
      await rows.removeRole(tx, caller.tenantId, roleId);
      return current;
    });
    request.answer(removed ? 200 : 204);
    return removed && roleToWire(shownOf(removed), shows, id.subscriptionId);
  }

  private async write(
    tx: Tx,
    request: ArmRequest,
    { scopes: _scopes, ...wanted }: WantedRole,
  ): Promise<RoleDefinition> {
    const { tenantId, objectId } = request.caller;
    const by = { updatedBy: objectId, updatedAt: this.clock.now() };
    const current = await rows.lockRole(tx, tenantId, wanted.id);
    if (current) {
      await this.assertMayEverywhere(request.caller, 'write', scopesOf(current));
      const next = { ...current, ...wanted, ...by };
      await rows.updateRole(tx, next);
      request.answer(200);
      return next;
    }
    if ((await rows.countRoles(tx, tenantId)) >= MOST_CUSTOM_ROLES)
      throw new ArmError('QuotaExceeded', `A tenant has at most ${MOST_CUSTOM_ROLES} custom roles. Delete one first.`);
    const fresh = { ...wanted, ...by, tenantId, createdBy: objectId, createdAt: by.updatedAt };
    await rows.insertRole(tx, fresh);
    request.answer(201);
    return fresh;
  }

  private async assertMayEverywhere(
    caller: Caller,
    verb: 'write' | 'delete',
    scopes: readonly ResourceId[],
  ): Promise<void> {
    for (const scope of scopes)
      await this.authorization.assertMay(caller, `Microsoft.Authorization/roleDefinitions/${verb}`, scope);
  }
}

function scopesOf({ assignableScopes }: RoleDefinition): ResourceId[] {
  return assignableScopes.flatMap((scope) => ResourceId.parse(scope) ?? []);
}

function shownOf({ id, name, description, permissions, ...custom }: RoleDefinition): ShownRole {
  return { id, name, description, permissions, custom };
}
