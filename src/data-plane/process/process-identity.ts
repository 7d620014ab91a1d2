import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** One run of one process. The pid alone may be another process's tomorrow. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in whatever form the system tells it; only ever compared. */
  readonly startedAt: string;
}

/** Undefined when no such process runs; one that has ended but was not yet waited for does not run. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startedAt === identity.startedAt;
}

/** Ends that process and no other, by SIGTERM and after `graceMs` by SIGKILL. Answers whether it is gone. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(identity)) return true;
    sendSignal(identity.pid, signal);
    const deadline = performance.now() + graceMs;
    while (isRunning(identity) && performance.now() < deadline) await pause(5);
  }
  return !isRunning(identity);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may itself hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : `${bootId()}:${startTicks}`;
  } catch {
    return undefined;
  }
}

let knownBootId: string | undefined;

/** Ticks count from the boot: without it, a process of before the boot could look like one of today. */
function bootId(): string {
  return (knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

function startFromPs(pid: number): string | undefined {
  try {
    const answer = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return answer === '' || answer.startsWith('Z') ? undefined : answer.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}
