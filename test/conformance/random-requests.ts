import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import { hasOfficialDescriptions } from '../support/official-descriptions.js';
import { operationsOf } from './description.js';
import { completed, actionBodiesIn, nameIn, samplesIn, type Sample, type World } from './samples.js';
import { placesOf, stepsTo, withValue, type Schema } from './schema.js';
import { violationsOf } from './violations.js';

/** After so many requests the worker does what they started. */
const TURN = 25;

const anyHeader = fc.oneof(
  fc.constant({}),
  fc
    .tuple(
      fc.constantFrom(
        'if-match',
        'if-none-match',
        'accept',
        'accept-language',
        'prefer',
        'x-ms-client-request-id',
        'x-ms-return-client-request-id',
        'x-ms-correlation-request-id',
        'x-http-method-override',
        'content-type',
      ),
      fc.oneof(
        fc.constantFrom('*', 'true', 'application/xml', '"etag"', 'respond-async'),
        fc.stringMatching(/^[!-~]{0,40}$/),
      ),
    )
    .map(([name, value]) => ({ [name]: value })),
);

const anySegment = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,60}$/),
  // Dots alone are taken out of a URL before it is sent.
  fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/^(\.|%2e)+$/i.test(text)),
);

const anyQuery = fc.dictionary(
  fc.constantFrom('$top', '$skipToken', '$filter', '$select', 'n', '$TOP'),
  fc.oneof(fc.constantFrom('1', '0', '-1', 'abc', 'bmFtZQ', "mode eq 'ReadOnly'"), fc.string({ maxLength: 20 })),
  { maxKeys: 2 },
);

/** Values of a place: of its sample, of its schema, broken, or anything at all. */
function anyValueAt(schema: Schema, path: string, { values }: Sample): fc.Arbitrary<unknown> {
  const good = [...(values[path] ?? schema.enum ?? []), ...(schema.type === 'boolean' ? [true, false] : [])];
  const broken = violationsOf(schema, true).map(({ value }) => value);
  return fc.oneof(
    { weight: 6, arbitrary: good.length > 0 ? fc.constantFrom(...good) : fc.string() },
    { weight: 1, arbitrary: fc.constantFrom(...broken) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

/** A body with values at up to four places; often complete, sometimes not, sometimes nothing of the kind. */
function anyBody(schema: Schema, base: object, sample: Sample): fc.Arbitrary<unknown> {
  const places = placesOf(schema).filter(({ path }) => path);
  const change = fc
    .constantFrom(...places)
    .chain(({ path, schema: at }) => fc.record({ path: fc.constant(path), value: anyValueAt(at, path, sample) }));
  const changed = fc
    .array(change, { maxLength: 4 })
    .map((changes) =>
      changes.reduce<unknown>((body, { path, value }) => withValue(body, stepsTo(path, nameIn), value), base),
    );
  return fc.oneof(
    { weight: 8, arbitrary: changed.map((body) => completed(schema, body, sample)) },
    { weight: 2, arbitrary: changed },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.stringMatching(/^[{"[:a-z0-9,}\]]{0,30}$/) },
  );
}

const NO_OPERATION = { method: 'GET', path: '/' };

interface Names {
  readonly values: Readonly<Record<string, string>>;
  readonly changed: Readonly<Record<string, string>>;
}

function pathWith(path: string, { values, changed }: Names): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(changed[name] ?? values[name] ?? 'any-1'),
  );
}

/** Sends `count` random requests in the versions: none may be a failure of the service, and each answer is judged. */
export function randomRequests(versions: readonly string[], count: number): void {
  let app: ArmApp;
  let group: GivenGroup;
  let world: World;
  const answers = new Map<string, number>();

  beforeAll(async () => {
    app = await armApp();
    group = await app.given.group();
    const { path } = await app.given.registry({ group });
    world = { registryPath: path, credentialSetId: `${path}/credentialSets/credential-set-1` };
  });
  afterAll(() => app?.close());

  it.runIf(hasOfficialDescriptions)(`${count} random requests make nothing fail`, { timeout: 300_000 }, async () => {
    const samples = samplesIn(world);
    const values = {
      subscriptionId: group.subscription.id,
      resourceGroupName: group.name,
      groupName: 'registry',
      ...Object.fromEntries(Object.values(samples).map(({ parameter, name }) => [parameter, name])),
    };
    const operations = versions.flatMap((version) =>
      operationsOf(version).map((operation) => ({ version, operation })),
    );
    const described = new Map(operations.map(({ version, operation }) => [`${version} ${operation.id}`, operation]));
    const anyRequest = fc.constantFrom(...operations).chain(({ version, operation }) => {
      const { group: of, method, body, id, parameters } = operation;
      const sample = samples[of];
      const base = (method === 'PUT' ? sample?.minimal : actionBodiesIn(world)[id]) ?? {};
      const names = parameters.filter(({ in: where }) => where === 'path').map(({ name }) => name);
      return fc.record({
        version: fc.oneof(
          { weight: 19, arbitrary: fc.constant(version) },
          { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
        ),
        operation: fc.constant(`${version} ${id}`),
        changed: fc.oneof(
          { weight: 4, arbitrary: fc.constant({}) },
          {
            weight: 1,
            arbitrary:
              names.length > 0 ? fc.dictionary(fc.constantFrom(...names), anySegment, { maxKeys: 1 }) : fc.constant({}),
          },
        ),
        query: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: anyQuery }),
        headers: anyHeader,
        body: body && sample ? anyBody(body, base, sample) : fc.constant(undefined),
      });
    });
    let sent = 0;
    /** What was started is done, and the registry is there again. */
    const recovered = async () => {
      await app.settle();
      await app.request('PUT', world.registryPath, samples['Registries']?.minimal);
      await app.settle();
    };
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ version, operation, changed, query, headers, body }) => {
        const search = new URLSearchParams({ ...query, 'api-version': version });
        const { method, path: template } = described.get(operation) ?? NO_OPERATION;
        const path = `${pathWith(template, { values, changed })}?${search.toString()}`;
        const { status } = await app.request(method, path, body, { headers });
        answers.set(String(status), (answers.get(String(status)) ?? 0) + 1);
        expect(status).toBeLessThan(500);
        sent += 1;
        if (sent % TURN === 0) await recovered();
      }),
      { numRuns: count, ...seedOf(process.env['BERTH_TEST_SEED']) },
    );
    // Most of them have to get past the door for this to say anything.
    expect((answers.get('200') ?? 0) / count).toBeGreaterThan(0.2);
  });
}

/** fast-check prints the seed of what failed; with it the same requests are sent again. */
function seedOf(text: string | undefined): { readonly seed?: number } {
  return text === undefined ? {} : { seed: Number(text) };
}
