import { parseArgs } from 'node:util';

export const SECTIONS = [
  'reads',
  'writes',
  'crowd',
  'queue',
  'first-login',
  'logins',
  'catalog',
  'transfers',
  'webhooks',
  'replication',
] as const;
/** These take long, and are run when they are asked for. */
export const LONG_SECTIONS = ['webhook-load', 'webhook-outage'] as const;
export type Section = (typeof SECTIONS)[number] | (typeof LONG_SECTIONS)[number];

/** How much is measured. */
export interface Options {
  readonly rounds: number;
  /** When no further round is begun, as `performance.now()` tells it. */
  readonly deadlineMs: number;
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
  /** Registries in the tables that reads are compared on; the second one is where everything else is measured. */
  readonly tableSizes: readonly number[];
  readonly blobBytes: number;
  /** Runs of what is timed one at a time. */
  readonly runs: number;
  /** For how long receivers are away in `webhook-outage`. */
  readonly outageMinutes: number;
  readonly sections: readonly Section[];
  /** Only a complete run replaces the published table. */
  readonly isComplete: boolean;
}

const GIB = 1024 ** 3;
/** The whole bench then ends within ten minutes, unless the machine is very busy. */
const ROUNDS_LIMIT_MS = 8 * 60_000;
const FULL = {
  rounds: 5,
  warmUpSeconds: 2,
  measuredSeconds: 3,
  tableSizes: [1_000, 100_000, 1_000_000],
  blobBytes: GIB,
  runs: 30,
} as const;
const QUICK = { ...FULL, rounds: 1, warmUpSeconds: 1, tableSizes: [1_000, 100_000], runs: 10 } as const;

/**
 * Reads `--quick`, `--rounds <count>`, `--outage-minutes <count>` and any number of `--only <section>`.
 * @throws when an argument is none of these.
 */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      'outage-minutes': { type: 'string', default: '10' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const known = [...SECTIONS, ...LONG_SECTIONS];
  const unknown = values.only.filter((name) => !known.some((section) => section === name));
  if (unknown.length > 0) throw new Error(`--only takes ${known.join(', ')}, not ${unknown.join(', ')}.`);
  const scale = values.quick ? QUICK : FULL;
  const rounds = values.rounds === undefined ? scale.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number above 0.');
  const outageMinutes = Number(values['outage-minutes']);
  if (!(outageMinutes > 0)) throw new Error('--outage-minutes takes a number above 0.');
  return {
    ...scale,
    outageMinutes,
    rounds,
    deadlineMs: performance.now() + ROUNDS_LIMIT_MS,
    sections: values.only.length > 0 ? known.filter((section) => values.only.includes(section)) : SECTIONS,
    isComplete: !values.quick && values.only.length === 0 && rounds >= FULL.rounds,
  };
}
