import { request } from 'undici';
import { measure } from '../load/measure.js';
import type { Finding } from '../report.js';
import { interleaved } from '../rounds.js';
import type { Service } from '../service.js';
import { median } from '../statistics.js';
import { openRegistryService, readyRegistry } from './registry-service.js';
import type { Stage } from './stage.js';

const SCOPE = 'repository:bench:pull';

/** Access tokens for a refresh token, as every client of a registry fetches them. */
export async function logins(stage: Stage): Promise<readonly Finding[]> {
  const { options } = stage;
  const service = await openRegistryService(stage, 'logins');
  const { host, basic } = await readyRegistry(service, 'logins', SCOPE);
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    service: host,
    scope: SCOPE,
    refresh_token: await refreshTokenOf(service, host, basic),
  }).toString();
  const target = {
    pid: service.pid,
    nextLoad: () =>
      ({
        method: 'POST',
        url: `https://${host}/oauth2/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
        numbers: { randomBelow: 1 },
      }) as const,
  };
  const { issue } = await interleaved(['issue'], options, () => measure(target, options));
  return [
    {
      what: 'Access token for a refresh token, over TLS',
      measured: `${median(issue.map(({ perSecond }) => perSecond)).toFixed(0)}/s, ${median(issue.map(({ cpuMicros }) => cpuMicros)).toFixed(0)} µs CPU of the service`,
    },
  ];
}

async function refreshTokenOf({ agent }: Service, host: string, authorization: string): Promise<string> {
  const query = new URLSearchParams({ service: host, scope: SCOPE, offline_token: 'true' });
  const url = `https://${host}/oauth2/token?${query.toString()}`;
  const { statusCode, body } = await request(url, { dispatcher: agent, headers: { authorization } });
  const { refresh_token: token } = (await body.json()) as { refresh_token?: string };
  if (statusCode !== 200 || token === undefined) throw new Error(`${url} was answered ${statusCode}.`);
  return token;
}
