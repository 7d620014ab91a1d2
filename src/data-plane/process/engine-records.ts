import { writeFileSync } from 'node:fs';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess, isRunning } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

const RECORD = /^([a-z0-9-]{1,63})\.([0-9a-f]{16})\.json$/;
const ATTACHMENT = /^([0-9a-f]{16})\.(sock|yml)$/;
/** Far longer than a start takes: what is older and in no record belongs to nobody. */
const UNRECORDED_MAX_AGE_MS = 10 * 60_000;
const END_GRACE_MS = 2_000;

export interface EngineRecord {
  readonly instance: string;
  readonly id: string;
  readonly engine: ProcessIdentity;
  /** The process of the service that started it. */
  readonly owner: ProcessIdentity;
}

/**
 * Which engines run on this machine, as files beside their sockets: so that after a crash of the service its engines are
 * found and ended, and one process can end an engine that another started.
 */
export class EngineRecords {
  constructor(private readonly folder: string) {}

  socketPath(id: string): string {
    return join(this.folder, `${id}.sock`);
  }

  configPath(id: string): string {
    return join(this.folder, `${id}.yml`);
  }

  /** Synchronous: nothing may come between an engine's start and its record, or a crash there would hide the engine. */
  add(record: EngineRecord): void {
    writeFileSync(this.recordPath(record.instance, record.id), JSON.stringify(record), { mode: 0o600 });
  }

  /** Forgets an engine that has ended, with its socket and configuration. */
  async forget(instance: string, id: string): Promise<void> {
    for (const path of [this.socketPath(id), this.configPath(id), this.recordPath(instance, id)])
      await rm(path, { force: true });
  }

  /** Ends every engine of `instance`, whichever process started it. */
  async endOf(instance: string): Promise<void> {
    const records = await this.all(instance);
    await Promise.all(records.map((record) => this.end(record)));
  }

  /** Ends the engines whose owner has died, and no other process; answers how many. */
  async endOrphans(): Promise<number> {
    const orphans = (await this.all()).filter((record) => !isRunning(record.owner));
    const alive = orphans.filter((record) => isRunning(record.engine)).length;
    await Promise.all(orphans.map((record) => this.end(record)));
    await this.removeUnrecorded();
    return alive;
  }

  private async end(record: EngineRecord): Promise<void> {
    if (!(await endProcess(record.engine, END_GRACE_MS)))
      throw new Error(`The engine of ${record.instance}, process ${record.engine.pid}, could not be ended; kill it.`);
    await this.forget(record.instance, record.id);
  }

  private async all(instance?: string): Promise<readonly EngineRecord[]> {
    const names = (await readdir(this.folder)).filter((name) => {
      const match = RECORD.exec(name);
      return match && (instance === undefined || match[1] === instance);
    });
    const records = await Promise.all(names.map((name) => readRecord(join(this.folder, name))));
    return records.filter((record) => record !== undefined);
  }

  private async removeUnrecorded(): Promise<void> {
    const names = await readdir(this.folder);
    const recorded = new Set(names.map((name) => RECORD.exec(name)?.[2]));
    for (const name of names) {
      const id = ATTACHMENT.exec(name)?.[1];
      if (id === undefined || recorded.has(id)) continue;
      const path = join(this.folder, name);
      const changed = await stat(path).catch(() => undefined);
      if (changed && Date.now() - changed.mtimeMs > UNRECORDED_MAX_AGE_MS) await rm(path, { force: true });
    }
  }

  private recordPath(instance: string, id: string): string {
    return join(this.folder, `${instance}.${id}.json`);
  }
}

/** Undefined when the file has just gone, or was cut short by a crash while it was written. */
async function readRecord(path: string): Promise<EngineRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as EngineRecord;
  } catch {
    return undefined;
  }
}
