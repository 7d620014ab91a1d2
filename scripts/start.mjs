import { inRoot, NODE_26, ROOT } from './paths.mjs';
import { main } from './problem.mjs';
import { ENGINE } from './programs.mjs';
import { toolEnv } from './run.mjs';
import { SERVICE_ENV, SERVICE_FLAGS } from './service-process.mjs';
import { setup } from './setup.mjs';
import { supervise } from './supervise.mjs';

await main(async () => {
  await setup(process.env.BERTH_ENGINE_PATH ? [] : [ENGINE]);
  return supervise(NODE_26, [...SERVICE_FLAGS, inRoot('dist/src/main.js')], { cwd: ROOT, env: toolEnv(SERVICE_ENV) });
});
