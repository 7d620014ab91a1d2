import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSecondEdge, type SecondEdge } from '../support/second-edge.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, type OciAnswer } from '../support/oci-client.js';
import { until } from '../support/until.js';

/** Of a Basic registry: 10 reads a minute, of which one identity has 8, and one write. */
const SETTINGS = {
  BERTH_REGISTRY_RATE_PERCENT: '1',
  BERTH_IDENTITY_SHARE_PERCENT: '80',
  BERTH_REFUSED_LOGINS_PER_MINUTE: '3',
};
const LIST = '/v2/a/tags/list';
/** The registry is empty: whoever is let through is told that. */
const LET_THROUGH = 404;

let edge: Edge;
let second: SecondEdge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge(SETTINGS);
  second = await openSecondEdge(edge);
});
afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await second?.close();
  await edge?.close();
});

function client(origin: string, authorization?: string): OciClient {
  const made = new OciClient(origin, edge.ca, authorization);
  clients.push(made);
  return made;
}

/** By host name, which each process answers at a port of its own. */
function atBoth({ registry }: GivenRegistry) {
  const headers = { host: `${registry.key}${edge.config.loginServerSuffix}` };
  const at = (port: number) => (authorization: string) => {
    const oci = client(`https://localhost:${port}`, authorization);
    return (path: string) => oci.send('GET', path, { headers });
  };
  return { here: at(edge.mainPort), there: at(second.port) };
}

const adminOf = ({ loginServer, user, password }: GivenRegistry) =>
  client(`https://${loginServer}`, basic(user, password));

async function anonymousOf({ loginServer }: GivenRegistry): Promise<OciClient> {
  const origin = `https://${loginServer}`;
  const { json } = await client(origin).send('GET', '/oauth2/token?scope=repository:a:pull');
  return client(origin, `Bearer ${(json as { access_token: string }).access_token}`);
}

/** Asks until it is refused. Answers how often it was not, and the refusal. */
async function useUp(oci: OciClient): Promise<{ readonly had: number; readonly refusal: OciAnswer }> {
  for (let had = 0; ; had++) {
    const answer = await oci.send('GET', LIST);
    if (answer.status === 429) return { had, refusal: answer };
    expect(answer.status).toBe(LET_THROUGH);
  }
}

/** How often something was had, not counting what came back at this rate meanwhile, as far as that explains it. */
async function hadAtOnce(work: () => Promise<number>, expected: number, perMinute: number): Promise<number> {
  const begunAt = performance.now();
  const had = await work();
  const cameBack = Math.ceil(((performance.now() - begunAt) / 60_000) * perMinute);
  return had > expected ? Math.max(expected, had - cameBack) : had;
}

describe('a registry', () => {
  it('is read as often as its SKU allows: by one identity no more than its share, by others what is left', async () => {
    const given = await edge.registry({ sku: 'Basic', anonymousPullEnabled: true });
    const admin = adminOf(given);
    const anonymous = await anonymousOf(given);
    expect(await hadAtOnce(async () => (await useUp(admin)).had, 8, 8)).toBe(8);
    expect(await hadAtOnce(async () => (await useUp(anonymous)).had, 2, 10)).toBe(2);
    const another = await edge.registry({ sku: 'Basic' });
    expect((await adminOf(another).send('GET', LIST)).status).toBe(LET_THROUGH);
  });

  it('says what is too much, and how long to wait, counting down', async () => {
    const given = await edge.registry({ sku: 'Basic' });
    const admin = adminOf(given);
    const { refusal } = await useUp(admin);
    const seconds = Number(refusal.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(8);
    expect(refusal.json).toEqual({
      errors: [
        {
          code: 'TOOMANYREQUESTS',
          message: `The registry '${given.registry.name}' (Basic) has been asked for too many reads; send the request again after ${seconds} seconds.`,
          detail: null,
        },
      ],
    });
    const told: number[] = [];
    await until(async () => {
      const { status, headers } = await admin.send('GET', LIST);
      if (status === 429) told.push(Number(headers['retry-after']));
      return status === LET_THROUGH;
    });
    expect(told).toEqual(told.toSorted((one, other) => other - one));
    expect(told.at(-1)).toBe(1);
  });

  it('is written to as often as its SKU allows, and neither reads nor the bytes of uploads count', async () => {
    const given = await edge.registry({ sku: 'Basic' });
    const admin = adminOf(given);
    const begun = await admin.send('POST', '/v2/a/blobs/uploads/');
    expect(begun.status).toBe(202);
    let location = String(begun.headers['location']);
    for (let piece = 0; piece < 12; piece++) {
      const sent = await admin.send('PATCH', location, { body: Buffer.from('piece') });
      expect(sent.status).toBe(202);
      location = String(sent.headers['location']);
    }
    const more = await admin.send('POST', '/v2/a/blobs/uploads/');
    expect([more.status, Number(more.headers['retry-after']) > 30]).toEqual([429, true]);
    expect((await admin.send('GET', LIST)).status).toBe(LET_THROUGH);
    for (let ping = 0; ping < 12; ping++) expect((await admin.send('GET', '/v2/')).status).toBe(200);
  });

  it('of another SKU has the limits of that at the next request', async () => {
    const given = await edge.registry({ sku: 'Basic' });
    const admin = adminOf(given);
    await useUp(admin);
    await edge.change(given.registry, { sku: 'Standard' });
    expect(await hadAtOnce(async () => (await useUp(admin)).had, 16, 24)).toBe(16);
    await edge.change(given.registry, { sku: 'Basic' });
    expect((await admin.send('GET', LIST)).status).toBe(429);
  });

  it('has one limit, whichever process is asked', async () => {
    const given = await edge.registry({ sku: 'Basic' });
    const { here, there } = atBoth(given);
    const admin = basic(given.user, given.password);
    const processes = [here(admin), there(admin)];
    const counted = await hadAtOnce(
      async () => {
        let had = 0;
        for (let n = 0; n < 20; n++) for (const ask of processes) if ((await ask(LIST)).status === LET_THROUGH) had++;
        return had;
      },
      8,
      8,
    );
    expect(counted).toBe(8);
  });

  it('is not served while nobody can count, and is served again after that', async () => {
    const admin = adminOf(await edge.registry());
    await edge.sql('alter table rate_buckets rename to rate_buckets_away');
    const away = await admin.send('GET', LIST);
    await edge.sql('alter table rate_buckets_away rename to rate_buckets');
    expect([away.status, away.headers['retry-after']]).toEqual([503, '1']);
    expect((await admin.send('GET', LIST)).status).toBe(LET_THROUGH);
  });
});

describe('logins', () => {
  it('that are refused too often are not listened to, the right one included, in any process', async () => {
    const given = await edge.registry();
    const { here, there } = atBoth(given);
    const [right, wrong] = [basic(given.user, given.password), basic(given.user, 'guess')];
    const login = async (ask: (path: string) => Promise<OciAnswer>) => (await ask('/oauth2/token')).status;

    expect(await login(there(wrong))).toBe(401);
    expect([await login(here(wrong)), await login(here(right)), await login(here(wrong))]).toEqual([401, 200, 401]);
    const refusal = await here(right)('/oauth2/token');
    expect([refusal.status, Number(refusal.headers['retry-after']) > 0]).toEqual([429, true]);
    expect(refusal.json).toMatchObject({
      errors: [
        { code: 'TOOMANYREQUESTS', message: expect.stringContaining('refused too many logins from the address') },
      ],
    });
    // Elsewhere the next refusal tells.
    expect([await login(there(wrong)), await login(there(right))]).toEqual([401, 429]);
    const another = await edge.registry();
    expect(await login(atBoth(another).here(basic(another.user, another.password)))).toBe(200);
  });

  it('that are good for less than is asked for are no refusals, nor is anybody without a password', async () => {
    const given = await edge.registry({ anonymousPullEnabled: false });
    const nobody = client(`https://${given.loginServer}`);
    const admin = adminOf(given);
    for (let n = 0; n < 5; n++) {
      expect((await nobody.send('GET', '/oauth2/token')).status).toBe(401);
      expect((await admin.send('GET', '/acr/v1/_deleted/a/_tags')).status).not.toBe(429);
    }
    expect((await admin.send('GET', '/oauth2/token')).status).toBe(200);
  });

  it('are as many for an address as reads for an identity', async () => {
    const given = await edge.registry({ sku: 'Basic' });
    const admin = adminOf(given);
    const counted = await hadAtOnce(
      async () => {
        let had = 0;
        while ((await admin.send('GET', '/oauth2/token')).status === 200) had++;
        return had;
      },
      8,
      8,
    );
    expect(counted).toBe(8);
  });
});
