import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminCredentials } from './admin-credentials.js';
import { AdminPassword } from './admin-password.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([AdminPassword])],
  providers: [AdminCredentials],
  exports: [AdminCredentials],
})
export class CredentialsModule {}
