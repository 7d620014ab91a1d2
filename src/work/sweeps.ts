import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { SweepObserver } from './sweep-observer.js';

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

  constructor(@Optional() @Inject(SweepObserver) private readonly observer?: SweepObserver) {}

  register(sweep: Sweep): void {
    this.sweeps.push(sweep);
  }

  /** Runs all of them; one that fails is logged and does not stop the others. */
  async runAll(): Promise<void> {
    for (const sweep of this.sweeps) {
      try {
        await this.run(sweep);
      } catch (error) {
        this.logger.error({ sweep: sweep.name, err: error });
      }
    }
  }

  /** Runs one that does not wait for the others, and tells of it as of them. @throws what it throws. */
  async run(sweep: Sweep): Promise<number> {
    const { name } = sweep;
    try {
      const swept = await sweep.run();
      this.observer?.swept(name, swept);
      if (swept > 0) this.logger.log({ sweep: name, swept });
      return swept;
    } catch (error) {
      this.observer?.failed(name);
      throw error;
    }
  }
}
