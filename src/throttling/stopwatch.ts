import { Injectable } from '@nestjs/common';

/** Time that only goes on, whatever the machine's clock is set to; tests put their own in its place. */
export abstract class Stopwatch {
  abstract nowMs(): number;
}

@Injectable()
export class ProcessStopwatch extends Stopwatch {
  nowMs(): number {
    return performance.now();
  }
}
