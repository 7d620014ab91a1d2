import { existsSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';

/** Time an engine has to end by itself; with no request left it needs a few milliseconds. */
const END_GRACE_MS = 3_000;

/** One running engine. */
export class EngineProcess {
  /** Settles when the process has ended and its files are gone; never fails. */
  readonly ended: Promise<void>;
  private wasToldToEnd = false;

  constructor(
    private readonly child: ChildProcess,
    readonly socketPath: string,
    cleanUp: () => Promise<void>,
  ) {
    this.ended = new Promise((resolve) => child.once('exit', () => void cleanUp().then(resolve, () => resolve())));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** False also when something deleted the socket under a living engine. */
  get isReachable(): boolean {
    return this.isAlive && existsSync(this.socketPath);
  }

  get hasCrashed(): boolean {
    return !this.isAlive && !this.wasToldToEnd;
  }

  /** How the process ended, for people. */
  get ending(): string {
    return this.child.signalCode ? `signal ${this.child.signalCode}` : `exit status ${this.child.exitCode}`;
  }

  /** Ends the process whatever it is doing, politely first. */
  async end(): Promise<void> {
    if (this.isAlive) {
      this.wasToldToEnd = true;
      this.child.kill('SIGTERM');
    }
    const killing = setTimeout(() => this.child.kill('SIGKILL'), END_GRACE_MS);
    await this.ended;
    clearTimeout(killing);
  }
}
