import { readFile, writeFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

/** CPU time that a process has used so far, in microseconds; NaN where there is no /proc. */
export async function cpuMicroseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

/** Forgets the highest resident memory so far. */
export async function resetPeakMemory(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined);
}

/** The highest resident memory since it was reset, in MB; NaN where there is no /proc. */
export function peakMemoryMegabytes(pid: number): Promise<number> {
  return memoryMegabytes(pid, 'VmHWM');
}

/** Resident memory in MB; NaN where there is no /proc. */
export function residentMegabytes(pid: number): Promise<number> {
  return memoryMegabytes(pid, 'VmRSS');
}

async function memoryMegabytes(pid: number, what: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${what}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}
