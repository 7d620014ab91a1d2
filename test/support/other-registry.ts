import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { freePort } from '../../src/embedded/postgres/free-port.js';
import { until } from './until.js';

const run = promisify(execFile);

/** Of a registry that lets in one user: what `htpasswd` makes of the password below. */
const USERS = 'reader:$2b$04$abcdefghijklmnopqrstuub9TnyeFISZpldHdbcDU3s8YSnFJEDwi\n';
export const READER = { username: 'reader', password: 'pass word:1' } as const;

/** A registry as anybody may run one, over plain HTTP on this machine. */
export interface OtherRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Copies an image there, as skopeo names it, with all its parts. */
  push(image: string, name: string): Promise<void>;
  /** Ends it; what it stored stays until `close`. */
  kill(): Promise<void>;
  /** After `kill`, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function otherRegistry({ hasUsers = false } = {}): Promise<OtherRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-other-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const users = join(folder, 'users');
  await writeFile(users, USERS);
  await writeFile(
    join(folder, 'config.yml'),
    JSON.stringify({
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } },
      http: { addr: host, secret: 'of this test', relativeurls: true },
      ...(hasUsers ? { auth: { htpasswd: { realm: 'other', path: users } } } : {}),
    }),
  );
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    await until(async () => {
      const { statusCode, body } = await request(`http://${host}/v2/`).catch(() => ({
        statusCode: 0,
        body: undefined,
      }));
      await body?.dump();
      return statusCode !== 0;
    });
  };
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    host,
    start,
    kill,
    async push(image, name) {
      const login = hasUsers ? ['--dest-creds', `${READER.username}:${READER.password}`] : [];
      const to = `docker://${host}/${name}`;
      await run('skopeo', ['copy', '--quiet', '--all', '--dest-tls-verify=false', ...login, image, to]);
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
