import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Authorization } from './authorization.js';
import { RightsOfCallers } from './rights.js';
import { RoleAssignment } from './role-assignment.entity.js';
import { RoleDefinition } from './role-definition.entity.js';

/** Who may do what. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([RoleDefinition, RoleAssignment])],
  providers: [Authorization, RightsOfCallers],
  exports: [Authorization, RightsOfCallers],
})
export class AuthorizationModule {}
