const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;
/** A Monday, from which weeks are counted. */
const EPOCH_MS = Date.UTC(2024, 0, 1);
/** Weeks for which a partition is there before they begin. */
const WEEKS_AHEAD = 2;

/** A table of what happened, which is forgotten a week at a time. It has a partition `<name>_default` for other times. */
export interface WeeklyTable {
  readonly name: string;
  /** By which it is partitioned. */
  readonly timeColumn: string;
  readonly keptDays: number;
}

/** The week from `from` up to, not including, `to`. */
export interface Week {
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
}

export interface PartitionChanges {
  readonly missing: readonly Week[];
  /** Names of partitions of which nothing is to be kept. */
  readonly expired: readonly string[];
  /** Before that nothing is kept. */
  readonly keptFrom: Date;
}

/** What has to change for the present week and the next ones to have a partition, and what is too old to have none. */
export function partitionChanges(
  { name: table, keptDays }: WeeklyTable,
  existing: readonly string[],
  now: Date,
): PartitionChanges {
  const keptFrom = keptSince(now, keptDays);
  const wanted = Array.from({ length: WEEKS_AHEAD + 1 }, (_, ahead) => weekAt(table, now.getTime() + ahead * WEEK_MS));
  return {
    missing: wanted.filter(({ name }) => !existing.includes(name)),
    expired: existing.filter((name) => endOf(table, name) <= keptFrom.getTime()),
    keptFrom,
  };
}

export function keptSince(now: Date, keptDays: number): Date {
  return new Date(now.getTime() - keptDays * DAY_MS);
}

function weekAt(table: string, timeMs: number): Week {
  const from = new Date(EPOCH_MS + Math.floor((timeMs - EPOCH_MS) / WEEK_MS) * WEEK_MS);
  const name = `${table}_${from.toISOString().slice(0, 10).replaceAll('-', '')}`;
  return { name, from, to: new Date(from.getTime() + WEEK_MS) };
}

/** What is not the partition of a week never ends. */
function endOf(table: string, name: string): number {
  const [, year, month, day] = /^_(\d{4})(\d{2})(\d{2})$/.exec(name.slice(table.length)) ?? [];
  return day === undefined ? Infinity : Date.UTC(Number(year), Number(month) - 1, Number(day)) + WEEK_MS;
}
