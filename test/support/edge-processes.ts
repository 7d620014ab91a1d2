import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { freePort } from '../../src/embedded/postgres/free-port.js';
import { testDatabase } from './database.js';
import { startService, type Service } from './service.js';

const SUFFIX = '.azurecr.localhost';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A process with login servers. */
export interface EdgeProcess {
  readonly service: Service;
  /** Asks the login server of a registry there, by its host name. */
  ask(registry: string, path: string, authorization: string): Promise<Answer>;
}

/** Processes of one service, each in a folder of its own, as on machines that share a database and its encryption key. */
export interface EdgeProcesses {
  start(roles: string): Promise<EdgeProcess>;
  /** Asks the control plane of the first one, below a group of its subscription. */
  arm(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', group: string, path: string, body?: object): Promise<Answer>;
  stop(): Promise<void>;
}

export async function edgeProcesses(settings: Readonly<Record<string, string>> = {}): Promise<EdgeProcesses> {
  const database = await testDatabase();
  const encryptionKey = randomBytes(32).toString('base64');
  const started: EdgeProcess[] = [];
  return {
    async start(roles) {
      const port = await freePort();
      const service = await startService({
        databaseUrl: database.url,
        settings: {
          BERTH_ROLES: roles,
          BERTH_PORT: String(port),
          BERTH_ENCRYPTION_KEY: encryptionKey,
          BERTH_LOGIN_SERVER_SUFFIX: SUFFIX,
          ...settings,
        },
      });
      const edge: EdgeProcess = {
        service,
        async ask(registry, path, authorization) {
          const headers = { authorization, host: `${registry}${SUFFIX}:${port}` };
          const answer = await request(`https://localhost:${port}${path}`, { headers, dispatcher: service.agent });
          return { status: answer.statusCode, body: (await answer.body.json()) as Answer['body'] };
        },
      };
      started.push(edge);
      return edge;
    },
    async arm(method, group, path, body) {
      const [first] = started;
      if (!first) throw new Error('No process was started.');
      const { service } = first;
      const { endpoint, subscriptionId, agent } = service;
      const answer = await request(`${endpoint}/subscriptions/${subscriptionId}/resourceGroups/${group}${path}`, {
        method,
        headers: { authorization: `Bearer ${await service.token()}`, 'content-type': 'application/json' },
        body: body ? JSON.stringify(body) : null,
        dispatcher: agent,
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text ? (JSON.parse(text) as Answer['body']) : {} };
    },
    async stop() {
      for (const { service } of started.toReversed()) await service.stop();
      await database.dispose();
    },
  };
}
