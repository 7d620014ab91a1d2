import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProcessStopwatch, Stopwatch } from '../throttling/stopwatch.js';
import { RateBucket } from './rate-bucket.entity.js';
import { RateLimits } from './rate-limits.js';
import { RefusedLogins } from './refused-logins.js';

/** Limits to how much a registry may be asked, which all processes share. */
@Module({
  imports: [TypeOrmModule.forFeature([RateBucket])],
  providers: [{ provide: Stopwatch, useClass: ProcessStopwatch }, RateLimits, RefusedLogins],
  exports: [RateLimits, RefusedLogins],
})
export class RateLimitsModule {}
