import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ThrottlingModule } from '../throttling/throttling.module.js';
import { RateBucket } from './rate-bucket.entity.js';
import { RateLimits } from './rate-limits.js';
import { RefusedLogins } from './refused-logins.js';

/** Limits to how much a registry may be asked, which all processes share. */
@Module({
  imports: [TypeOrmModule.forFeature([RateBucket]), ThrottlingModule],
  providers: [RateLimits, RefusedLogins],
  exports: [RateLimits, RefusedLogins],
})
export class RateLimitsModule {}
