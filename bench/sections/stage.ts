import type { BenchDatabase } from '../bench-database.js';
import type { Options } from '../options.js';

/** What every section has to work with. */
export interface Stage {
  readonly options: Options;
  readonly database: BenchDatabase;
  /** An empty folder of the caller's own. */
  folder(name: string): Promise<string>;
  /** Has `close` called when the bench ends, the last one first. */
  atEnd(what: string, close: () => Promise<void>): void;
}
