import { loadConfig } from './config/config.js';
import { clientExports } from './embedded/client-exports.js';
import { readClient } from './embedded/client-file.js';

try {
  const { dataDir } = loadConfig();
  const client = await readClient(dataDir);
  if (!client) throw new Error(`No service has been started on ${dataDir} yet. Run "npm start" and wait for "ready".`);
  process.stdout.write(clientExports(client));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
