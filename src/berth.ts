import { asOwner } from './commands/api-client.js';
import { commandOf } from './commands/principal-commands.js';
import { loadConfig } from './config/config.js';
import { readClient } from './embedded/client-file.js';

try {
  const run = commandOf(process.argv.slice(2));
  const { dataDir } = loadConfig();
  const owner = await readClient(dataDir);
  if (!owner) throw new Error(`No service has been started on ${dataDir} yet. Run "npm start" and wait for "ready".`);
  await asOwner(owner, async (ask) => {
    const answer = await run(ask);
    if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
