import { randomUUID } from 'node:crypto';
import { Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArmError } from '../arm/arm-error.js';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { OperatorOnly } from '../arm/operator-only.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { PrincipalRoute } from '../identity/openapi.js';
import { bodyOf, failMissing, idAfter, idOf } from '../identity/principal-requests.js';
import type { PrincipalGroup } from '../identity/principal-group.entity.js';
import * as rows from '../identity/principal-groups.repository.js';
import {
  NewPrincipalGroupWire,
  PrincipalGroupMemberPageWire,
  PrincipalGroupMemberWire,
  PrincipalGroupPageWire,
  PrincipalGroupWire,
} from './principal-groups.wire.js';
import { RightsOfCallers } from './rights.js';

const WHAT = 'group';

/** Groups of users and service principals, who have its roles for as long as they are in it. */
@ApiTags('Identity')
@OperatorOnly()
@Controller('identity/groups')
export class PrincipalGroupsController {
  constructor(
    private readonly database: Database,
    private readonly rights: RightsOfCallers,
    private readonly clock: Clock,
  ) {}

  /** The groups of all tenants. */
  @Get()
  @PrincipalRoute('PrincipalGroups_List', { answers: { 200: ['Some of them.', PrincipalGroupPageWire] }, paged: true })
  async list(@ArmTenant() request: TenantRequest): Promise<PrincipalGroupPageWire> {
    const page = pageOf(request.query);
    const found = await rows.pageOfGroups(this.database, idAfter(page), page.limit + 1);
    return listBody(found, page, request.url, ({ objectId }) => objectId, groupToWire);
  }

  /** Makes a group, with nobody in it. */
  @Post()
  @PrincipalRoute('PrincipalGroups_Create', {
    body: NewPrincipalGroupWire,
    answers: { 201: ['It was made.', PrincipalGroupWire] },
  })
  async create(@ArmTenant() request: TenantRequest): Promise<PrincipalGroupWire> {
    const { displayName, tenantId } = bodyOf(NewPrincipalGroupWire, request.body);
    const group = {
      objectId: randomUUID(),
      tenantId: tenantId?.toLowerCase() ?? request.caller.tenantId,
      displayName,
      createdAt: this.clock.now(),
    };
    await rows.insertGroup(this.database, group);
    request.answer(201);
    return groupToWire(group);
  }

  /** One group. */
  @Get(':groupId')
  @PrincipalRoute('PrincipalGroups_Get', { answers: { 200: ['The group.', PrincipalGroupWire] } })
  async get(@Param('groupId') groupId: string): Promise<PrincipalGroupWire> {
    return groupToWire(await this.find(groupId));
  }

  /** Deletes a group; what its roles gave to its members ends with it. */
  @Delete(':groupId')
  @PrincipalRoute('PrincipalGroups_Delete', { answers: { 200: ['It was deleted.'], 204: ['There was none.'] } })
  async delete(@ArmTenant() request: TenantRequest, @Param('groupId') groupId: string): Promise<void> {
    request.answer((await rows.removeGroup(this.database, idOf(WHAT, groupId))) ? 200 : 204);
    this.rights.forgetAll();
  }

  /** Who is in a group. */
  @Get(':groupId/members')
  @PrincipalRoute('PrincipalGroups_ListMembers', {
    answers: { 200: ['Some of them.', PrincipalGroupMemberPageWire] },
    paged: true,
  })
  async members(
    @ArmTenant() request: TenantRequest,
    @Param('groupId') groupId: string,
  ): Promise<PrincipalGroupMemberPageWire> {
    const { objectId } = await this.find(groupId);
    const page = pageOf(request.query);
    const found = await rows.pageOfMembers(this.database, objectId, idAfter(page), page.limit + 1);
    return listBody(found, page, request.url, (member) => member.objectId, memberToWire);
  }

  /** Brings a user or a service principal of the same tenant into a group. */
  @Put(':groupId/members/:objectId')
  @PrincipalRoute('PrincipalGroups_AddMember', {
    answers: {
      200: ['The member, which was in it before.', PrincipalGroupMemberWire],
      201: ['The member.', PrincipalGroupMemberWire],
    },
  })
  async add(
    @ArmTenant() request: TenantRequest,
    @Param('groupId') groupId: string,
    @Param('objectId') objectId: string,
  ): Promise<PrincipalGroupMemberWire> {
    const [group, id] = [await this.find(groupId), idOf('user or service principal', objectId)];
    const isNew = await rows.addMember(this.database, group.objectId, id, this.clock.now());
    this.rights.forgetAll();
    const member = await rows.memberOf(this.database, group.objectId, id);
    if (!member) throw noMember(group, objectId);
    request.answer(isNew ? 201 : 200);
    return memberToWire(member);
  }

  /** Takes somebody out of a group, and so what the group's roles gave. */
  @Delete(':groupId/members/:objectId')
  @PrincipalRoute('PrincipalGroups_RemoveMember', {
    answers: { 200: ['It was taken out.'], 204: ['It was not in it.'] },
  })
  async remove(
    @ArmTenant() request: TenantRequest,
    @Param('groupId') groupId: string,
    @Param('objectId') objectId: string,
  ): Promise<void> {
    const [group, id] = [await this.find(groupId), idOf('user or service principal', objectId)];
    request.answer((await rows.removeMember(this.database, group.objectId, id)) ? 200 : 204);
    this.rights.forgetAll();
  }

  private async find(groupId: string): Promise<PrincipalGroup> {
    return (await rows.findGroup(this.database, idOf(WHAT, groupId))) ?? failMissing(WHAT, groupId);
  }
}

function noMember({ tenantId, displayName }: PrincipalGroup, objectId: string): ArmError {
  return new ArmError(
    'PrincipalNotFound',
    `There is no user and no service principal with the object id '${objectId}' in the tenant '${tenantId}' of the group ` +
      `'${displayName}'. Groups are not put into groups.`,
  );
}

function groupToWire({ createdAt, ...group }: PrincipalGroup): PrincipalGroupWire {
  return { ...group, createdAt: createdAt.toISOString() };
}

function memberToWire({ objectId, displayName, userName, appId, addedAt }: rows.GroupMember): PrincipalGroupMemberWire {
  return {
    objectId,
    type: appId === null ? 'User' : 'ServicePrincipal',
    displayName,
    ...(userName === null ? {} : { userName }),
    ...(appId === null ? {} : { appId }),
    addedAt: addedAt.toISOString(),
  };
}
