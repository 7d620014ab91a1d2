import { build } from './build.mjs';
import { install } from './install.mjs';
import { withLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { phase } from './phase.mjs';
import { ensurePrograms } from './programs.mjs';

/** Everything that has to be there before the project can run. Several of these may be started at once. */
export async function setup(programs) {
  await withLock(inRoot('.setup.lock'), async () => {
    await phase('dependencies', install);
    if (programs.length > 0) await phase('programs', () => ensurePrograms(programs));
    await phase('build', build);
  });
}
