import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { loadConfig } from '../../src/config/config.js';
import { findEngine } from '../../src/data-plane/process/engine-binary.js';
import { engineConfig } from '../../src/data-plane/process/engine-config.js';
import { ensureCertificates } from '../../src/embedded/authority/authority.js';
import { freePort } from '../../src/embedded/postgres/free-port.js';
import { Secret } from '../../src/secrets/secret.js';
import { startChild } from '../child-process.js';
import type { Stage } from './stage.js';

const SECRET_BYTES = 32;

/** The engine, serving TLS itself: the floor under the login servers. */
export interface DirectEngine {
  readonly pid: number;
  readonly agent: Agent;
  /** `localhost:<port>` */
  readonly host: string;
}

/** Configured as the service configures its engines, but for the port and the certificate. */
export async function openDirectEngine(stage: Stage): Promise<DirectEngine> {
  const engine = await findEngine('');
  if (!engine) throw new Error('No registry engine was found; npm run bench installs or names it.');
  const folder = await stage.folder('engine');
  const { cert, key } = await ensureCertificates({ ...loadConfig({}), dataDir: folder });
  const [certificate, keyFile, configFile] = ['cert.pem', 'key.pem', 'config.json'].map((name) => join(folder, name));
  await writeFile(certificate!, cert);
  await writeFile(keyFile!, key, { mode: 0o600 });
  const storageFolder = join(folder, 'storage');
  await mkdir(storageFolder);
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  const settings = { socketPath: '', storageFolder, readOnly: false, httpSecret: new Secret(secret) };
  const config = JSON.parse(engineConfig(settings)) as object;
  const port = await freePort();
  const http = { addr: `127.0.0.1:${port}`, secret, relativeurls: true, tls: { certificate, key: keyFile } };
  await writeFile(configFile!, JSON.stringify({ ...config, http }));

  const agent = new Agent({ connect: { ca: cert }, headersTimeout: 0, bodyTimeout: 0 });
  const host = `localhost:${port}`;
  const child = await startChild({
    command: [engine.path, 'serve', configFile!],
    env: {},
    outputFile: join(folder, 'engine.log'),
    isReady: async () => {
      const answer = await request(`https://${host}/v2/`, { dispatcher: agent }).catch(() => undefined);
      await answer?.body.dump();
      return answer?.statusCode === 200;
    },
  });
  stage.atEnd('the engine', async () => {
    await agent.destroy();
    await child.stop();
  });
  return { pid: child.pid, agent, host };
}
