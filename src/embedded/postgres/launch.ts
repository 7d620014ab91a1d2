import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findProgram } from '../../config/programs.js';
import { accountFor, canReach } from './account.js';

/** The capabilities that let a program enter folders closed to its account; the first one is the weaker. */
const REACH_CAPABILITIES = [
  { name: 'dac_read_search', bit: 2 },
  { name: 'dac_override', bit: 1 },
] as const;

/** How PostgreSQL's programs are started: as whom, with which help, in which folder. */
export interface Launch {
  readonly command: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Decides how to start a program that works in `folder`. Root steps down to an ordinary account, which may be unable to
 * enter the folders above (a root home is 0700): it then keeps the one capability that lets it.
 * @param diesWithParent Linux only: the program is interrupted when this process ends in whatever way.
 * @throws when the account cannot reach the files and cannot be helped.
 */
export function planLaunch(program: string, folder: string, diesWithParent = false): Launch {
  const account = accountFor(folder);
  const setpriv = process.platform === 'linux' ? findProgram(['setpriv']) : undefined;
  const tether = diesWithParent && setpriv ? ['--pdeathsig', 'INT'] : [];
  if (!account) return { command: setpriv && tether.length > 0 ? [setpriv, ...tether, '--', program] : [program] };

  const canReachAll = canReach(account, program) && canReach(account, folder);
  if (canReachAll && tether.length === 0) return { command: [program], ...account };
  const capability = REACH_CAPABILITIES.find(({ bit }) => (heldCapabilities() >> BigInt(bit)) & 1n);
  if (!canReachAll && (!setpriv || !capability))
    throw new Error(
      `PostgreSQL has to run as user ${account.uid}, who cannot enter ${folder} or run ${program}. ` +
        'Open the folders above them (chmod o+x), set BERTH_DATA_DIR to another place, or start Berth as an ordinary user.',
    );
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const reach = canReachAll ? [] : keepCapability(capability?.name);
  return { command: [setpriv ?? '', ...identity, ...reach, ...tether, '--', program] };
}

/** PostgreSQL looks for its own files with access(2), which takes capabilities into account only with this securebit. */
function keepCapability(name = ''): readonly string[] {
  return ['--inh-caps', `+${name}`, '--ambient-caps', `+${name}`, '--securebits', '+no_setuid_fixup'];
}

/** Starts what `planLaunch` planned, in a session of its own, so that Ctrl-C in a terminal reaches Berth alone. */
export function launch(plan: Launch, args: readonly string[], folder: string, output: number): ChildProcess {
  const [program = '', ...before] = plan.command;
  return spawn(program, [...before, ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(plan.uid === undefined ? {} : { uid: plan.uid, gid: plan.gid }),
  });
}

function heldCapabilities(): bigint {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  return BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
}
