import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { between } from '../src/docs/generated-files.js';
import { tableOf } from '../src/docs/markdown.js';
import type { Options } from './options.js';

/** One line of the table. Cells that say nothing are empty. */
export interface Finding {
  readonly what: string;
  readonly measured: string;
  readonly floor?: string;
  readonly ratio?: number;
  /** What the service should reach, in words, and whether this run did. */
  readonly aim?: { readonly text: string; readonly isMet: boolean };
}

const RESULTS = fileURLToPath(new URL('results.md', import.meta.url));
const README = fileURLToPath(new URL('../README.md', import.meta.url));
const GIB = 1024 ** 3;

/** What the run took place in. */
export interface Setting {
  readonly loadGenerator: string;
  /** The load average over a minute when the run began: more than the number of cores says that others were busy. */
  readonly before: number;
}

/** The findings as Markdown: one table, and how it came about. */
export function reportOf(findings: readonly Finding[], options: Options, { loadGenerator, before }: Setting): string {
  const table = tableOf(
    ['What', 'Measured', 'Floor', 'Ratio', 'Aim'],
    findings.map(({ what, measured, floor = '', ratio, aim }) => [
      what,
      measured,
      floor,
      ratio === undefined ? '' : ratio.toFixed(2),
      aim ? `${aim.text} ${aim.isMet ? '✓' : '✗'}` : '',
    ]),
  );
  const machine = `${cpus().length} cores and ${Math.round(totalmem() / GIB)} GB of memory and a load average of ${before.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`;
  return `${table}\n\nOne run on a machine with ${machine} that the load generator (${loadGenerator}, 64 connections), the service and PostgreSQL share; medians of ${options.rounds} interleaved rounds, of fewer where the machine was so busy that eight minutes had passed. A ratio is the median of the ratios within each round, and says more than the figures beside it. \`bench/README.md\` says what each line compares.`;
}

/** Keeps the report in bench/results.md, and in the README when nothing was left out of it. */
export async function publish(report: string, { isComplete }: Options): Promise<void> {
  await writeFormatted(RESULTS, `# Results of \`npm run bench\`\n\n${report}\n`);
  if (isComplete) await writeFormatted(README, between(await readFile(README, 'utf8'), 'bench', report));
}

async function writeFormatted(file: string, text: string): Promise<void> {
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}
