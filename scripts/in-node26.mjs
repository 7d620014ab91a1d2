import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { NODE_26 } from './paths.mjs';
import { main, Problem } from './problem.mjs';
import { toolEnv } from './run.mjs';
import { supervise } from './supervise.mjs';

await main(() => {
  const [file, ...args] = process.argv.slice(2);
  if (!file) throw new Problem('Usage: node scripts/in-node26.mjs <built file> [arguments]');
  if (!existsSync(NODE_26) || !existsSync(file))
    throw new Problem(`${file} has not been built here. Run "npm start" first; it sets everything up.`);
  return supervise(NODE_26, ['--enable-source-maps', resolve(file), ...args], { env: toolEnv() });
});
