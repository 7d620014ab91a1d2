import { readdirSync, readFileSync } from 'node:fs';

/** A process that works in a folder, by its command line. */
export interface Straggler {
  readonly pid: number;
  readonly command: string;
}

/** Linux: the processes whose command line names something in `folder`. */
export function processesIn(folder: string): readonly Straggler[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
    .filter(({ pid, command }) => pid !== process.pid && command.includes(folder));
}

/** Kills what was left running in `folder`, and answers what that was. */
export function killProcessesIn(folder: string): readonly Straggler[] {
  const stragglers = processesIn(folder);
  for (const { pid } of stragglers)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      continue;
    }
  return stragglers;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
