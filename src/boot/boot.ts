import { join } from 'node:path';
import { ConfigError, loadConfig } from '../config/config.js';
import type { Config } from '../config/config.js';
import { migrate } from '../database/data-source.js';
import { ensureCertificates } from '../embedded/authority/authority.js';
import { writeAddress } from '../embedded/client-file.js';
import { ensureEncryptionKey } from '../embedded/encryption-key.js';
import { startPostgres } from '../embedded/postgres/supervisor.js';
import { lockDataDir } from './data-dir-lock.js';
import { phase } from './phases.js';
import { Shutdown } from './shutdown.js';
import { WELCOME } from './welcome.js';

const LOCK_WAIT_MS = 5_000;
/** Together under ten seconds. */
const CLOSE_LIMITS_MS = { application: 5_000, postgres: 4_000, lock: 500 };

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

/** Starts the service, phase by phase, and prints what a newcomer may do next. Ends the process when that fails. */
export async function boot(): Promise<void> {
  const startedAt = performance.now();
  const shutdown = new Shutdown();
  endWithSignals(shutdown);
  try {
    await start(shutdown);
    if (shutdown.isEnding) return;
    say(`\nready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. In another terminal:\n\n${WELCOME}\n`);
  } catch (error) {
    if (!shutdown.isEnding) complain(reasonOf(error as Error));
    await shutdown.end(1);
  }
}

async function start(shutdown: Shutdown): Promise<void> {
  const settings = await phase('settings', loadConfig);
  // The largest import of all; it is read while PostgreSQL starts.
  const application = import('./application.js');
  application.catch(() => undefined);

  const lock = await lockDataDir(settings.dataDir, settings.roles, LOCK_WAIT_MS);
  shutdown.add('the data folder', CLOSE_LIMITS_MS.lock, lock.release);
  const encryptionKey = await phase('encryption key', () => ensureEncryptionKey(settings));
  const tls = await phase('certificates', () => ensureCertificates(settings));
  const databaseUrl = settings.databaseUrl || (await embeddedDatabase(settings, shutdown));
  const config = Object.freeze({ ...settings, encryptionKey, databaseUrl });
  await phase(
    'migrations',
    () => migrate(config),
    (count) => (count === 0 ? 'none to run' : `${count} run`),
  );

  const { startApplication } = await application;
  const app = await phase('application', () => startApplication(config, tls));
  shutdown.add('the application', CLOSE_LIMITS_MS.application, app.close);
  if (!config.roles.includes('api')) return;
  await writeAddress(config.dataDir, {
    endpoint: app.endpoint,
    caFile: tls.caFile,
    loginServerSuffix: config.loginServerSuffix,
  });
}

function embeddedDatabase({ dataDir }: Config, shutdown: Shutdown): Promise<string> {
  return phase('PostgreSQL', async () => {
    const starting = startPostgres({
      folder: join(dataDir, 'postgres'),
      onRestart: complain,
      onFailure: (error) => {
        complain(`PostgreSQL ended and could not be started again: ${error.message}`);
        void shutdown.end(1);
      },
    });
    shutdown.add('PostgreSQL', CLOSE_LIMITS_MS.postgres, async () => {
      const postgres = await starting.catch(() => undefined);
      await postgres?.stop();
    });
    return (await starting).url;
  });
}

/** A second signal does not wait. */
function endWithSignals(shutdown: Shutdown): void {
  const onSignal = () => {
    if (shutdown.isEnding) process.exit(1);
    void shutdown.end(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // The launcher was killed.
  process.once('disconnect', () => void shutdown.end(0));
  process.channel?.unref();
}

/** What a user can mend is said plainly; everything else with the place where it happened. */
function reasonOf(error: Error): string {
  const isPlain = error.constructor === Error || error instanceof ConfigError;
  return isPlain ? error.message : (error.stack ?? error.message);
}
