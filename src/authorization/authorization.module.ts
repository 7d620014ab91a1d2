import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Authorization } from './authorization.js';
import { PrincipalGroup } from '../identity/principal-group.entity.js';
import { PrincipalGroupMember } from '../identity/principal-group-member.entity.js';
import { PrincipalGroupsController } from './principal-groups.controller.js';
import { RightsOfCallers } from './rights.js';
import { RoleGuard } from './role.guard.js';
import { RoleAssignment } from './role-assignment.entity.js';
import { RoleAssignments } from './role-assignments.js';
import { RoleAssignmentsController } from './role-assignments.controller.js';
import { RoleDefinition } from './role-definition.entity.js';
import { RoleDefinitions } from './role-definitions.js';
import { RoleDefinitionsController } from './role-definitions.controller.js';

/** Who may do what. Importing it asks every route of the application for the right that it needs. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([RoleDefinition, RoleAssignment, PrincipalGroup, PrincipalGroupMember])],
  controllers: [RoleDefinitionsController, RoleAssignmentsController, PrincipalGroupsController],
  providers: [
    Authorization,
    RightsOfCallers,
    RoleDefinitions,
    RoleAssignments,
    { provide: APP_GUARD, useClass: RoleGuard },
  ],
  exports: [Authorization, RightsOfCallers],
})
export class AuthorizationModule {}
