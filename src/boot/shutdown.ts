import { setTimeout as delay } from 'node:timers/promises';

interface Closer {
  readonly name: string;
  readonly close: () => Promise<void>;
  readonly limitMs: number;
}

/** Ends the process in order: what was started last is closed first, each within its own time. */
export class Shutdown {
  private readonly closers: Closer[] = [];
  private ending: Promise<void> | undefined;

  /** @param exit told to the tests; ends the process otherwise. */
  constructor(
    private readonly exit: (code: number) => void = (code) => process.exit(code),
    private readonly report: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
  ) {}

  get isEnding(): boolean {
    return this.ending !== undefined;
  }

  /** What to close at the end. `limitMs` is how long it may take before the next one's turn. */
  add(name: string, limitMs: number, close: () => Promise<void>): void {
    this.closers.push({ name, close, limitMs });
  }

  /** Closes everything and exits; called again, it waits for the same end. */
  end(code: number): Promise<void> {
    this.ending ??= this.closeAll().then(() => this.exit(code));
    return this.ending;
  }

  private async closeAll(): Promise<void> {
    for (const { name, close, limitMs } of this.closers.toReversed()) {
      const limit = new AbortController();
      const late = delay(limitMs, 'late' as const, { signal: limit.signal }).catch(() => undefined);
      const closed = close().catch((error: Error) => this.report(`Closing ${name} failed: ${error.message}`));
      if ((await Promise.race([closed, late])) === 'late')
        this.report(`Closing ${name} took over ${limitMs} ms; going on.`);
      limit.abort();
    }
  }
}
