import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { CLIENTS, crowd, kindOf, slowestOf, tally, type Crowd } from './crowd.js';
import { SKUS, type Sku } from './limited.js';

const POOL_SIZE = 10;
const LIMITS: Readonly<Record<Sku, number>> = { Basic: 0, Standard: 0, Premium: 200 };

interface RegistryAnswer {
  readonly sku: { readonly name: Sku };
  readonly properties: { readonly networkRuleSet?: { readonly ipRules: readonly { readonly value: string }[] } };
}

describe(`${CLIENTS} clients that set IP rules at once`, { timeout: 120_000 }, () => {
  let app: ArmApp;
  let clients: Crowd;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_DATABASE_POOL_SIZE: String(POOL_SIZE) } });
    clients = await crowd(app, POOL_SIZE);
  });
  afterAll(async () => {
    await clients?.close();
    await app?.close();
  });

  /** As many rules as the client's number says, above and below the limit, that are nobody else's. */
  const rulesOf = (client: number) => Array.from({ length: client % 250 }, (_, n) => addressOf(client, n));
  const set = (path: string, client: number) =>
    clients.ask('PATCH', path, {
      properties: { networkRuleSet: { defaultAction: 'Allow', ipRules: rulesOf(client).map((value) => ({ value })) } },
    });
  const storedRules = async (name: string) => {
    const [row] = await app.sql<{ sku: Sku; rules: string[] }>(
      `select sku, array(select rule ->> 'value' from jsonb_array_elements(network_rule_set -> 'ipRules') rule) as rules
         from registries where key = $1`,
      [name],
    );
    return row!;
  };
  /** Whether the rules are all that one client sent, and none of another. */
  const areOneClients = (rules: readonly string[]) =>
    Array.from({ length: CLIENTS }, (_, client) => rulesOf(client).join()).includes(rules.join());

  it.for(SKUS)('never leave more than a %s registry allows, and those who send more are told', async (sku, test) => {
    const { path, name } = await app.given.registry({ body: { sku: { name: sku } } });
    const answers = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => set(path, client)));
    const over = sku === 'Premium' ? '409 QuotaExceeded' : '400 NetworkRuleNotSupported';
    expect(answers.map(kindOf)).toEqual(
      answers.map((_, client) => (rulesOf(client).length > LIMITS[sku] ? over : '200')),
    );
    const { rules } = await storedRules(name);
    expect([rules.length <= LIMITS[sku], areOneClients(rules)]).toEqual([true, true]);
    const { body } = await clients.ask('GET', `${path}/listUsages`);
    const row = (body.value as { name: string; currentValue: number }[]).find(({ name: of }) => of === 'IPRules');
    expect(row?.currentValue).toBe(sku === 'Premium' ? rules.length : undefined);
    await test.annotate(slowestOf(answers));
    await clients.verify();
    expect(await clients.deadlocks()).toBe(0);
  });

  it.for([0, 250])('and a smaller SKU after %i of them do not both win', async (after, { annotate }) => {
    const { path, name } = await app.given.registry();
    let changing: ReturnType<Crowd['ask']> | undefined;
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, (_, client) => {
        if (client === after) changing = clients.ask('PATCH', path, { sku: { name: 'Basic' } });
        return set(path, client + 1);
      }),
    );
    const change = await changing!;
    const { sku, rules } = await storedRules(name);
    expect(rules.length).toBeLessThanOrEqual(LIMITS[sku]);
    expect([kindOf(change), sku]).toEqual(
      change.status === 201 ? ['201', 'Basic'] : ['409 SkuDowngradeNotAllowed', 'Premium'],
    );
    const known = ['200', '400 NetworkRuleNotSupported', '409 QuotaExceeded', '409 OperationInProgress'];
    expect(Object.keys(tally(answers)).filter((kind) => !known.includes(kind))).toEqual([]);
    await annotate(`${kindOf(change)} ${JSON.stringify(tally(answers))} ${slowestOf([...answers, change])}`);
    await clients.verify();
    expect(await clients.deadlocks()).toBe(0);
    await app.settle();
    const { body } = await app.request<RegistryAnswer>('GET', path);
    expect([body.sku.name, body.properties.networkRuleSet?.ipRules.length ?? 0]).toEqual([sku, rules.length]);
  });
});

function addressOf(client: number, rule: number): string {
  return `20.${Math.floor(client / 250)}.${client % 250}.${rule}`;
}
