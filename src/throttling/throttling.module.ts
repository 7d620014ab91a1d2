import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ProcessStopwatch, Stopwatch } from './stopwatch.js';
import { ThrottlingGuard } from './throttling.guard.js';

/** Limits to how much one caller may ask. Import it after the room that says who is calling. */
@Module({
  providers: [
    { provide: Stopwatch, useClass: ProcessStopwatch },
    { provide: APP_GUARD, useClass: ThrottlingGuard },
  ],
  exports: [Stopwatch],
})
export class ThrottlingModule {}
