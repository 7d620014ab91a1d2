import { describe, expect, it } from 'vitest';
import type { Exchange } from './arm-exchange.js';
import { hasOfficialDescriptions } from './official-descriptions.js';
import { verifyExchange } from './verifier.js';

const ORIGIN = 'http://localhost:8443';
const GROUP = '/subscriptions/6f3c2c1e-0b5a-4a44-9d0e-3f1f7e0e8a11/resourceGroups/demo';
const ID = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/demo12345`;
const STATUS = `${ORIGIN}${ID}/operationStatuses/registries-1?api-version=2025-11-01`;
const HEADERS = {
  'x-ms-request-id': 'a',
  'x-ms-correlation-request-id': 'b',
  'content-type': 'application/json; charset=utf-8',
};
const REGISTRY = {
  id: ID,
  name: 'demo12345',
  type: 'Microsoft.ContainerRegistry/registries',
  location: 'westeurope',
  tags: { team: 'a' },
  sku: { name: 'Basic', tier: 'Basic' },
  properties: { provisioningState: 'Creating', publicNetworkAccess: 'Enabled' },
};

/** A faultless creation, changed. */
function exchange(request: Partial<Exchange['request']> = {}, response: Partial<Exchange['response']> = {}): Exchange {
  return {
    request: {
      method: 'PUT',
      url: `${ORIGIN}${ID}?api-version=2025-11-01`,
      headers: {},
      body: { location: 'westeurope', sku: { name: 'Basic' }, tags: { team: 'a' } },
      ...request,
    },
    response: {
      status: 201,
      headers: { ...HEADERS, 'azure-asyncoperation': STATUS, 'retry-after': '1' },
      body: REGISTRY,
      ...response,
    },
  };
}

const get = { method: 'GET', body: undefined };

describe('the verifier', () => {
  it('finds nothing wrong with what is right', async () => {
    await verifyExchange(exchange());
    await verifyExchange(exchange({ url: `${ORIGIN}${ID}?api-version=2022-02-01-preview` }));
    await verifyExchange(exchange({ method: 'DELETE' }, { status: 204, headers: HEADERS, body: undefined }));
    const body = { error: { code: 'ResourceNotFound', message: 'Not there.' } };
    await expect(verifyExchange(exchange(get, { status: 404, headers: HEADERS, body }))).resolves.toBeUndefined();
  });

  it.each<[string, Exchange, string]>([
    ['a creation that cannot be polled', exchange({}, { headers: HEADERS }), 'azure-asyncoperation is missing'],
    [
      'a deletion that cannot be polled',
      exchange({ method: 'DELETE' }, { status: 202, headers: HEADERS, body: undefined }),
      'the header location is missing',
    ],
    [
      'a link to another host',
      exchange({}, { headers: { ...HEADERS, 'azure-asyncoperation': 'http://other/x', 'retry-after': '1' } }),
      'azure-asyncoperation is "http://other/x"',
    ],
    [
      'a relative link to the next page',
      exchange(get, { status: 200, headers: HEADERS, body: { value: [], nextLink: '/next' } }),
      'nextLink is "/next"',
    ],
    [
      'a time that is not whole seconds',
      exchange({}, { headers: { ...HEADERS, 'azure-asyncoperation': STATUS, 'retry-after': 'soon' } }),
      'not whole seconds',
    ],
    ['an answer without a request id', exchange(get, { status: 200, headers: {} }), 'x-ms-request-id is missing'],
    ['tags that were dropped', exchange({}, { body: { ...REGISTRY, tags: {} } }), 'the tags {"team":"a"} became {}'],
    [
      'an operation that failed without a reason',
      exchange({ ...get, url: STATUS }, { status: 200, headers: HEADERS, body: { status: 'Failed' } }),
      'an error without a failure, or the reverse',
    ],
    [
      'an operation in no known state',
      exchange({ ...get, url: STATUS }, { status: 200, headers: HEADERS, body: { status: 'Thinking' } }),
      "the operation is 'Thinking'",
    ],
    [
      'an error in another form',
      exchange(get, { status: 404, headers: HEADERS, body: { message: 'Not there.' } }),
      'not an error envelope',
    ],
  ])('finds %s', async (_, wrong, finding) => {
    await expect(verifyExchange(wrong)).rejects.toThrow(finding);
  });

  const changed = (properties: object) => exchange({}, { body: { ...REGISTRY, properties } });

  it.runIf(hasOfficialDescriptions).each<[string, Exchange, string]>([
    ['a property that the version does not have', changed({ bogus: 1 }), 'OBJECT_ADDITIONAL_PROPERTIES'],
    ['a value of the wrong type', changed({ adminUserEnabled: 'yes' }), 'INVALID_TYPE'],
    ['a value that an enum does not have', changed({ publicNetworkAccess: 'Maybe' }), 'ENUM_MISMATCH'],
    ['a SKU that does not exist', exchange({}, { body: { ...REGISTRY, sku: { name: 'Gold' } } }), 'ENUM_MISMATCH'],
    ['a missing member', exchange({}, { body: { ...REGISTRY, sku: undefined } }), 'sku'],
    [
      'an error in another form, in a version that keeps silent about errors',
      exchange(
        { ...get, url: `${ORIGIN}${ID}?api-version=2019-05-01` },
        { status: 404, headers: HEADERS, body: { error: { code: 'ResourceNotFound', message: 'No.', bogus: 1 } } },
      ),
      'OBJECT_ADDITIONAL_PROPERTIES',
    ],
    [
      'a status that the operation does not have',
      exchange(get, { status: 203, headers: HEADERS }),
      'INVALID_RESPONSE_CODE',
    ],
  ])('finds %s, by the official description', async (_, wrong, finding) => {
    await expect(verifyExchange(wrong)).rejects.toThrow(finding);
  });

  it('compares answers with the official descriptions', ({ skip }) => {
    skip(!hasOfficialDescriptions, 'They are not in ../shared/reference/spec, so no answer is compared with them.');
    expect(hasOfficialDescriptions).toBe(true);
  });
});
