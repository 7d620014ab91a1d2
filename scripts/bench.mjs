import { inRoot, NODE_26, ROOT } from './paths.mjs';
import { main } from './problem.mjs';
import { ENGINE, ensurePrograms, WRK } from './programs.mjs';
import { toolEnv } from './run.mjs';
import { setup } from './setup.mjs';
import { supervise } from './supervise.mjs';

/** The settings of a service that happens to run here are none of the bench's business. */
function benchEnv() {
  const env = toolEnv();
  for (const name of Object.keys(env)) if (name.startsWith('BERTH_')) delete env[name];
  return env;
}

await main(async () => {
  await setup([ENGINE]);
  // Without it the bench has a load generator of its own.
  await ensurePrograms([WRK]).catch((error) => process.stdout.write(`${error.message}\n`));
  const args = ['--import', inRoot('test/support/typescript-hooks.mjs'), inRoot('bench/main.ts')];
  return supervise(NODE_26, [...args, ...process.argv.slice(2)], { cwd: ROOT, env: benchEnv() });
});
