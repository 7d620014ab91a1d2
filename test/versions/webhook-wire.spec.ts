import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import { callbackOf, callbackProblems } from '../../src/webhooks/callback.js';
import { WEBHOOK_ACTIONS, WEBHOOK_STATUSES, type Webhook } from '../../src/webhooks/webhook.entity.js';
import { WEBHOOK_TYPE } from '../../src/webhooks/webhook.type.js';

const wires = Object.entries(API_VERSIONS).map(
  ([version, types]) => [version, types[WEBHOOK_TYPE] as unknown as Wire<Webhook>] as const,
);

it('is served in every version', () => {
  expect(wires.filter(([, wire]) => !wire)).toEqual([]);
});

const anyName = fc.stringMatching(/^[a-zA-Z0-9]{5,50}$/);
// In one casing, since no two names of headers may differ by that alone.
const anyTexts = fc.dictionary(fc.stringMatching(/^X-[a-z0-9]{1,20}$/), fc.stringMatching(/^[ -~]{0,20}$/), {
  maxKeys: 4,
  noNullPrototype: true,
});
const anyDate = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });

/** Random webhooks that could have been stored. */
const anyWebhook: fc.Arbitrary<Webhook> = fc
  .record({
    id: fc.uuid(),
    registryId: fc.uuid(),
    subscriptionId: fc.uuid(),
    groupName: anyName,
    registryName: anyName,
    name: anyName,
    location: fc.constantFrom('westeurope', 'eastus'),
    tags: fc.dictionary(fc.stringMatching(/^tag[a-z0-9._ -]{1,20}$/), fc.stringMatching(/^[ -~]{0,20}$/), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    status: fc.constantFrom(...WEBHOOK_STATUSES),
    scope: fc.stringMatching(/^[a-z0-9/:*]{0,20}$/),
    actions: fc.subarray([...WEBHOOK_ACTIONS], { minLength: 1 }),
    sealedCallback: fc.constant(Buffer.from('sealed')),
    sealedSignatureSecrets: fc.constant(null),
    signatureSecrets: fc.constant(undefined),
    callback: fc
      .record({ serviceUri: fc.webUrl({ withQueryParameters: true }), customHeaders: anyTexts })
      .map((plain) => callbackOf(plain)),
    provisioningState: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    createdAt: anyDate,
    lastModifiedAt: anyDate,
  })
  .map((webhook) => ({
    ...webhook,
    groupKey: webhook.groupName.toLowerCase(),
    key: webhook.name.toLowerCase(),
    createdBy: 'app',
    createdByType: 'Application',
    lastModifiedBy: 'app',
    lastModifiedByType: 'Application',
  }));

describe.each(wires)('the webhook of %s', (_, wire) => {
  const patched = (webhook: Webhook, patch: unknown) => {
    const parsed = wire.parse(JSON.parse(JSON.stringify(wire.patched!(webhook, patch))));
    expect(parsed).not.toHaveProperty('problems');
    return wire.fromWire('body' in parsed ? parsed.body : {}, webhook);
  };

  it('comes back from the wire as it was, secrets included', () => {
    fc.assert(
      fc.property(anyWebhook, (webhook) => {
        expect(callbackProblems(webhook.callback)).toEqual([]);
        expect(patched(webhook, {})).toEqual(webhook);
      }),
    );
  });

  it('keeps what a patch does not name, and nothing of the headers that it does', () => {
    fc.assert(
      fc.property(anyWebhook, anyTexts, ({ callback, ...rest }, customHeaders) => {
        const webhook = { ...rest, callback };
        const renewed = callbackOf({ serviceUri: callback.serviceUri.reveal(), customHeaders });
        expect(patched(webhook, { properties: { customHeaders } })).toEqual({ ...webhook, callback: renewed });
        expect(patched(webhook, { properties: { customHeaders: null } })).toEqual({
          ...webhook,
          callback: callbackOf({ serviceUri: callback.serviceUri.reveal(), customHeaders: {} }),
        });
      }),
    );
  });

  it('never shows what is secret', () => {
    fc.assert(
      fc.property(anyWebhook, (webhook) => {
        const callback = callbackOf({
          serviceUri: 'https://hook/0secret0',
          customHeaders: { 'X-0secret0': '0secret0' },
        });
        expect(JSON.stringify(wire.toWire({ ...webhook, callback }))).not.toContain('0secret0');
      }),
    );
  });

  it('wants a location, a service URI and an action', () => {
    const parsed = wire.parse({ properties: {} });
    expect('problems' in parsed && parsed.problems.map(({ code, target }) => `${code} ${target}`).sort()).toEqual([
      'InvalidParameter properties.actions',
      'InvalidParameter properties.serviceUri',
      'LocationRequired location',
    ]);
  });
});
