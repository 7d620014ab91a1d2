import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../../src/openapi/project-folder.js';
import { WebhookDeliveries } from '../../src/webhooks/webhook-deliveries.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { HandClock } from '../support/hand-clock.js';
import { webhookReceiver, type Receiver } from '../support/webhook-receiver.js';

interface Told {
  readonly secret: string;
  readonly previousSecret?: string;
  readonly previousSecretValidUntil?: string;
}
type IsGenuine = (header: string, body: string, secret: string, now: number) => boolean;

const DAY_S = 24 * 3600;

/** What docs/webhooks.md gives receivers to check messages with. */
async function documentedCheck(): Promise<IsGenuine> {
  const page = readFileSync(join(PROJECT_FOLDER, 'docs/webhooks.md'), 'utf8');
  const [, code = ''] = /```js\n(import \{ createHmac[\s\S]*?)```/.exec(page) ?? [];
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  return ((await import(/* @vite-ignore */ url)) as { isGenuine: IsGenuine }).isGenuine;
}

describe('signatures of messages', () => {
  const clock = new HandClock();
  const logged: string[] = [];
  let app: ArmApp;
  let receiver: Receiver;
  let registry: { path: string };
  let isGenuine: IsGenuine;
  let made = 0;

  beforeAll(async () => {
    isGenuine = await documentedCheck();
    receiver = await webhookReceiver();
    app = await armApp({ clock, onLogLine: (line) => logged.push(line) });
    registry = await app.given.registry();
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.close();
  });

  /** With a token of that moment: the clock makes days of tests. */
  const request = async <Body>(method: string, path: string, body?: unknown, token?: string) =>
    app.request<Body>(method, path, body, { token: token ?? (await app.token()) });
  const seconds = () => clock.now().getTime() / 1000;
  const ask = async (path: string, what: string) => (await request<Told>('POST', `${path}/${what}`)).body;

  async function webhook(customHeaders: object = {}): Promise<string> {
    const path = `${registry.path}/webhooks/signed${made++}`;
    const { body } = await request<{ location: string }>('GET', registry.path);
    const properties = { serviceUri: receiver.origin, customHeaders, actions: ['push'] };
    expect(await request('PUT', path, { location: body.location, properties })).toMatchObject({ status: 200 });
    return path;
  }

  /** What the receiver gets of a ping. */
  async function pinged(path: string) {
    const { body } = await request<{ id: string }>('POST', `${path}/ping`);
    const before = receiver.received.length;
    while (await app.get(WebhookDeliveries).runOnce(new AbortController().signal));
    expect(receiver.received).toHaveLength(before + 1);
    const got = receiver.received[before]!;
    const header = (name: string) => String(got.headers[name]);
    return { id: body.id, body: got.body, delivery: header('berth-delivery'), signature: header('berth-signature') };
  }

  it('are checked as the documentation says', async () => {
    const path = await webhook();
    const { secret, ...further } = await ask(path, 'getSignatureSecret');
    expect([secret.length, further]).toEqual([43, {}]);
    const { id, body, delivery, signature } = await pinged(path);
    expect([delivery, signature]).toEqual([id, expect.stringMatching(`^t=${seconds()},v1=[\\da-f]{64}$`)]);
    const now = seconds();
    expect(isGenuine(signature, body, secret, now)).toBe(true);
    expect([
      isGenuine(signature, `${body} `, secret, now),
      isGenuine(signature, body, `${secret}a`, now),
      isGenuine(signature, body, secret, now + 301),
      isGenuine(signature.replace('t=', 't=1'), body, secret, now),
      isGenuine('t=abc', body, secret, now),
      isGenuine('', body, secret, now),
      isGenuine(`t=${now},v1=`, body, secret, now),
    ]).toEqual(Array.from({ length: 7 }, () => false));
  });

  it('are made with both secrets for a day after a change, and then with the new one', async () => {
    const path = await webhook();
    const first = (await ask(path, 'getSignatureSecret')).secret;
    const until = new Date(clock.now().getTime() + DAY_S * 1000).toISOString();
    const rotated = await ask(path, 'rotateSignatureSecret');
    const second = rotated.secret;
    expect(rotated).toEqual({ secret: second, previousSecret: first, previousSecretValidUntil: until });
    expect(second).not.toBe(first);
    expect(await ask(path, 'getSignatureSecret')).toEqual(rotated);

    const accepted = async () => {
      const { signature, body } = await pinged(path);
      return [first, second].map((secret) => isGenuine(signature, body, secret, seconds()));
    };
    clock.pass(DAY_S - 1);
    expect(await accepted()).toEqual([true, true]);
    clock.pass(1);
    expect(await accepted()).toEqual([false, true]);
    expect(await ask(path, 'getSignatureSecret')).toEqual({ secret: second });
  });

  it('are made with two secrets at most: one that leaked is gone after the second change', async () => {
    const path = await webhook();
    const leaked = (await ask(path, 'getSignatureSecret')).secret;
    await ask(path, 'rotateSignatureSecret');
    await ask(path, 'rotateSignatureSecret');
    const { signature, body } = await pinged(path);
    expect(isGenuine(signature, body, leaked, seconds())).toBe(false);
    expect(signature.match(/v1=/g)).toHaveLength(2);
  });

  it('keep their secret when the webhook is written again', async () => {
    const path = await webhook();
    const before = await ask(path, 'rotateSignatureSecret');
    const { body } = await request<{ location: string }>('GET', registry.path);
    const properties = { serviceUri: `${receiver.origin}/new`, actions: ['delete'] };
    await request('PUT', path, { location: body.location, properties });
    await request('PATCH', path, { properties: { customHeaders: { 'X-A': 'b' } } });
    expect(await ask(path, 'getSignatureSecret')).toEqual(before);
  });

  it('make room for headers that the customer has chosen', async () => {
    const { delivery, signature } = await pinged(await webhook({ 'berth-signature': 'own', 'Berth-Delivery': 'mine' }));
    expect([delivery, signature]).toEqual(['mine', 'own']);
  });

  it('come with the secret, for a webhook from before there was one', async () => {
    const path = await webhook();
    await app.sql('update webhooks set sealed_signature_secrets = null where key = $1', [path.split('/').at(-1)]);
    expect((await pinged(path)).signature).toBe('undefined');
    const { secret } = await ask(path, 'getSignatureSecret');
    expect(await ask(path, 'getSignatureSecret')).toEqual({ secret });
    const { signature, body } = await pinged(path);
    expect(isGenuine(signature, body, secret, seconds())).toBe(true);
  });

  it('have secrets for those alone who may see the callback', async () => {
    const path = await webhook();
    const statuses = async (role: 'Reader' | 'Contributor') => {
      const token = await app.token({ role });
      const asked = ['getCallbackConfig', 'getSignatureSecret', 'rotateSignatureSecret'].map((what) =>
        request('POST', `${path}/${what}`, undefined, token),
      );
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    expect([await statuses('Reader'), await statuses('Contributor')]).toEqual([
      [403, 403, 403],
      [200, 200, 200],
    ]);
  });

  it('of webhooks that are not there cannot be asked about', async () => {
    for (const what of ['getSignatureSecret', 'rotateSignatureSecret'])
      expect(await request('POST', `${registry.path}/webhooks/nothere/${what}`)).toMatchObject({ status: 404 });
  });

  it('have secrets that are neither kept in the open nor logged nor listed', async () => {
    const path = await webhook();
    const { secret, previousSecret } = await ask(path, 'rotateSignatureSecret');
    const { signature } = await pinged(path);
    const answers = await Promise.all([
      request('GET', path),
      request('POST', `${path}/listEvents`),
      request('POST', `${path}/getCallbackConfig`),
    ]);
    const rows = await app.sql(
      "select w::text as w, encode(sealed_signature_secrets, 'escape') as sealed from webhooks w",
    );
    const everything = JSON.stringify([answers.map(({ body }) => body), rows, logged]);
    expect(logged.length).toBeGreaterThan(0);
    for (const hidden of [secret, previousSecret!, signature]) expect(everything).not.toContain(hidden);
  });
});

it('messages are as from Azure where the settings say so, and go nowhere that is not allowed', async () => {
  const receiver = await webhookReceiver();
  const app = await armApp({ settings: { BERTH_WEBHOOK_SIGNATURES: 'off', BERTH_WEBHOOK_ALLOW: '127.0.0.1' } });
  try {
    const { path } = await app.given.registry();
    const { body } = await app.request<{ location: string }>('GET', path);
    const ping = async (name: string, serviceUri: string) => {
      await app.request('PUT', `${path}/webhooks/${name}`, {
        location: body.location,
        properties: { serviceUri, actions: ['push'] },
      });
      await app.request('POST', `${path}/webhooks/${name}/ping`);
      while (await app.get(WebhookDeliveries).runOnce(new AbortController().signal));
      return (await app.request('POST', `${path}/webhooks/${name}/listEvents`)).body;
    };
    await ping('plain', receiver.origin);
    expect(Object.keys(receiver.received[0]!.headers).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    const port = new URL(receiver.origin).port;
    expect(await ping('inside', `http://127.0.0.2:${port}/0secret0`)).toMatchObject({
      value: [{ eventResponseMessage: { reasonPhrase: expect.stringContaining('a loopback address') as string } }],
    });
    expect(receiver.received).toHaveLength(1);
  } finally {
    await app.close();
    await receiver.close();
  }
});
