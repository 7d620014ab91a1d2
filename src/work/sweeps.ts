import { Injectable, Logger } from '@nestjs/common';

/** Puts right what no operation owns. Must be safe to run at any time, in several processes at once. */
export interface Sweep {
  readonly name: string;
  /** Answers how many things it put right. */
  run(): Promise<number>;
}

@Injectable()
export class Sweeps {
  private readonly logger = new Logger(Sweeps.name);
  private readonly sweeps: Sweep[] = [];

  register(sweep: Sweep): void {
    this.sweeps.push(sweep);
  }

  /** Runs all of them; one that fails is logged and does not stop the others. */
  async runAll(): Promise<void> {
    for (const sweep of this.sweeps) {
      try {
        const swept = await sweep.run();
        if (swept > 0) this.logger.log({ sweep: sweep.name, swept });
      } catch (error) {
        this.logger.error({ sweep: sweep.name, err: error });
      }
    }
  }
}
