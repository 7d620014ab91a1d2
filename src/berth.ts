import { asOwner } from './commands/api-client.js';
import { commandOf } from './commands/principal-commands.js';
import { loadConfig } from './config/config.js';
import { readClient } from './embedded/client-file.js';

try {
  const words = process.argv.slice(2);
  if (words[0] === 'reindex') await reindex(words.slice(1));
  else if (words[0] === 'gc') await gc(words.slice(1));
  else await askService(words);
} catch (error) {
  complain((error as Error).message);
  process.exitCode = 1;
}

async function reindex(words: readonly string[]): Promise<void> {
  // What it needs takes longer to load than the other commands to run.
  const { reindexRegistry } = await import('./commands/reindex-command.js');
  print(await reindexRegistry(words, loadConfig(), complain));
}

async function gc(words: readonly string[]): Promise<void> {
  const { collectGarbage } = await import('./commands/gc-command.js');
  print(await collectGarbage(words, loadConfig()));
}

async function askService(words: readonly string[]): Promise<void> {
  const run = commandOf(words);
  const { dataDir } = loadConfig();
  const owner = await readClient(dataDir);
  if (!owner) throw new Error(`No service has been started on ${dataDir} yet. Run "npm start" and wait for "ready".`);
  await asOwner(owner, async (ask) => {
    const answer = await run(ask);
    if (answer !== undefined) print(answer);
  });
}

function print(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
