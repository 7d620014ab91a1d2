import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { loadMigrations } from '../database/migrations.js';
import { Notifications } from '../database/notifications.js';
import { appliedMigrations } from './schema.repository.js';

const ANSWER_LIMIT_MS = 2_000;

export interface Readiness {
  readonly status: 'ready' | 'not ready';
  /** By check: `ok`, or what is wrong. */
  readonly checks: { readonly database: string; readonly migrations: string; readonly notifications: string };
}

/** Whether this process can do its work now. */
@Injectable()
export class ReadinessChecks {
  private known: Promise<readonly string[]> | undefined;

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {}

  async run(): Promise<Readiness> {
    const checks = { ...(await this.databaseChecks()), notifications: this.notificationsCheck() };
    const status = Object.values(checks).every((check) => check === 'ok') ? 'ready' : 'not ready';
    return { status, checks };
  }

  private async databaseChecks(): Promise<Pick<Readiness['checks'], 'database' | 'migrations'>> {
    const limit = new AbortController();
    try {
      const applied = await Promise.race([
        appliedMigrations(this.database),
        delay(ANSWER_LIMIT_MS, undefined, { signal: limit.signal, ref: false }),
      ]);
      if (!applied) return unreachable(`It did not answer within ${ANSWER_LIMIT_MS} ms.`);
      const missing = (await (this.known ??= migrationNames())).filter((name) => !applied.includes(name));
      return {
        database: 'ok',
        migrations:
          missing.length === 0 ? 'ok' : `Not applied: ${missing.join(', ')}. Restart the service to apply them.`,
      };
    } catch (error) {
      return unreachable((error as Error).message);
    } finally {
      limit.abort();
    }
  }

  private notificationsCheck(): string {
    return this.notifications.isConnected
      ? 'ok'
      : 'The connection that wakes the workers is lost and is being opened again.';
  }
}

function unreachable(why: string): Pick<Readiness['checks'], 'database' | 'migrations'> {
  return { database: why, migrations: 'Unknown while the database does not answer.' };
}

async function migrationNames(): Promise<readonly string[]> {
  return (await loadMigrations()).map(({ name }) => name);
}
