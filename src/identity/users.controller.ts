import { Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArmError } from '../arm/arm-error.js';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { OperatorOnly } from '../arm/operator-only.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Database } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { Clock } from '../work/clock.js';
import { PrincipalRoute } from './openapi.js';
import { bodyOf, expiryOf, failMissing, idOf, refuseOneself } from './principal-requests.js';
import {
  NewUserWire,
  PasswordResetWire,
  PrincipalChangeWire,
  UserPageWire,
  UserWire,
  UserWithPasswordWire,
} from './principals.wire.js';
import { TokenVerifier } from './token-verifier.js';
import type { User } from './user.entity.js';
import { Users } from './users.js';
import { findUser, pageOfUsers } from './users.repository.js';

const WHAT = 'user';

/** People who sign in to the local issuer. */
@ApiTags('Identity')
@OperatorOnly()
@Controller('identity/users')
export class UsersController {
  constructor(
    private readonly database: Database,
    private readonly users: Users,
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  /** The users of all tenants. */
  @Get()
  @PrincipalRoute('Users_List', { answers: { 200: ['Some of them.', UserPageWire] }, paged: true })
  async list(@ArmTenant() request: TenantRequest): Promise<UserPageWire> {
    const page = pageOf(request.query);
    const found = await pageOfUsers(this.database, page.after, page.limit + 1);
    return listBody(found, page, request.url, ({ userName }) => userName, userToWire);
  }

  /** Makes a user with a password, which is told this once. */
  @Post()
  @PrincipalRoute('Users_Create', { body: NewUserWire, answers: { 201: ['It was made.', UserWithPasswordWire] } })
  async create(@ArmTenant() request: TenantRequest): Promise<UserWithPasswordWire> {
    const { userName, displayName = userName, tenantId, passwordExpiresAt } = bodyOf(NewUserWire, request.body);
    const wanted = {
      userName,
      displayName,
      tenantId: tenantId?.toLowerCase() ?? request.caller.tenantId,
      passwordExpiresAt: expiryOf('passwordExpiresAt', passwordExpiresAt, this.clock.now()),
    };
    const { user, password } = await this.users.create(wanted).catch((error: unknown) => {
      if (constraintOf(error) !== 'users_name_unique') throw error;
      throw new ArmError('InvalidParameter', `'userName': there is a user '${userName}' already.`, {
        target: 'userName',
      });
    });
    request.answer(201);
    return { ...userToWire(user), password: password.reveal() };
  }

  /** One user. */
  @Get(':objectId')
  @PrincipalRoute('Users_Get', { answers: { 200: ['The user.', UserWire] } })
  async get(@Param('objectId') objectId: string): Promise<UserWire> {
    return userToWire((await findUser(this.database, idOf(WHAT, objectId))) ?? failMissing(WHAT, objectId));
  }

  /** Renames a user, or says whether the user may sign in. */
  @Patch(':objectId')
  @PrincipalRoute('Users_Update', {
    body: PrincipalChangeWire,
    answers: { 200: ['The user as it is now.', UserWire] },
  })
  async update(@ArmTenant() request: TenantRequest, @Param('objectId') objectId: string): Promise<UserWire> {
    const id = idOf(WHAT, objectId);
    const changes = bodyOf(PrincipalChangeWire, request.body);
    if (changes.isEnabled === false) refuseOneself(request.caller, id);
    const changed = await this.users.change(id, changes);
    this.verifier.forgetAll();
    return userToWire(changed ?? failMissing(WHAT, objectId));
  }

  /** Gives a user a new password, which is told this once; tokens of the old one are refused from now on. */
  @Post(':objectId/resetPassword')
  @PrincipalRoute('Users_ResetPassword', {
    body: PasswordResetWire,
    answers: { 200: ['The new password.', UserWithPasswordWire] },
  })
  async resetPassword(
    @ArmTenant() request: TenantRequest,
    @Param('objectId') objectId: string,
  ): Promise<UserWithPasswordWire> {
    const { passwordExpiresAt } = bodyOf(PasswordResetWire, request.body ?? {});
    const expiresAt = expiryOf('passwordExpiresAt', passwordExpiresAt, this.clock.now());
    const reset = await this.users.resetPassword(idOf(WHAT, objectId), expiresAt);
    this.verifier.forgetAll();
    const { user, password } = reset ?? failMissing(WHAT, objectId);
    request.answer(200);
    return { ...userToWire(user), password: password.reveal() };
  }

  /** Deletes a user, whose tokens are refused from now on. */
  @Delete(':objectId')
  @PrincipalRoute('Users_Delete', { answers: { 200: ['It was deleted.'], 204: ['There was none.'] } })
  async delete(@ArmTenant() request: TenantRequest, @Param('objectId') objectId: string): Promise<void> {
    const id = idOf(WHAT, objectId);
    refuseOneself(request.caller, id);
    request.answer((await this.users.remove(id)) ? 200 : 204);
    this.verifier.forgetAll();
  }
}

function userToWire({ objectId, tenantId, userName, displayName, isEnabled, ...times }: User): UserWire {
  return {
    objectId,
    tenantId,
    userName,
    displayName,
    isEnabled,
    passwordExpiresAt: times.passwordExpiresAt?.toISOString() ?? null,
    createdAt: times.createdAt.toISOString(),
  };
}
