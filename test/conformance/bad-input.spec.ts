import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp, type GivenGroup, type Json } from '../support/arm-app.js';
import type { Answer } from '../support/arm-exchange.js';
import { hasOfficialDescriptions } from '../support/official-descriptions.js';
import { operationsOf, type Described, type Parameter } from './description.js';
import { pathOf } from './exchange.js';
import { NOT_SERVED } from './not-served.js';
import { NOT_CLOSED } from './not-taken.js';
import { actionBodiesIn, bodyWith, nameIn, samplesIn, type Sample, type World } from './samples.js';
import { placesOf, stepsTo, withValue, type Place } from './schema.js';
import { violationsOf, type Violation } from './violations.js';

interface ErrorBody {
  readonly error?: {
    readonly code: string;
    readonly target?: string;
    readonly details?: readonly { readonly target?: string }[];
  };
}

const tried = new Set<string>();

/** Versions share the parts of their wires: what has been tried in one needs not be tried in the next. */
function isNew(operation: string, path: string): boolean {
  const place = `${operation} ${path}`;
  if (path === '' || tried.has(place)) return false;
  tried.add(place);
  return true;
}

/** Where an error says that something is wrong, in the notation of the service's own paths. */
function targetsOf({ error }: ErrorBody): readonly string[] {
  return [error?.target, ...(error?.details ?? []).map(({ target }) => target)].flatMap((target) =>
    target === undefined ? [] : [target.replaceAll(/\[(\d+)\]/g, '.$1')],
  );
}

/** The place itself, what is within it, or the map or list that it is in. */
function isNamed(target: string, path: string): boolean {
  const within = /^(.*?)(\{\}|\[\])/.exec(path)?.[1];
  const places = [path, ...(within === undefined ? [] : [within])].map((place) => stepsTo(place, nameIn).join('.'));
  return places.some((place) => target === place || target.startsWith(`${place}.`));
}

let app: ArmApp;
beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app?.close());

describe.runIf(hasOfficialDescriptions).each(Object.keys(API_VERSIONS))('against the description of %s', (version) => {
  let group: GivenGroup;
  let world: World;
  let samples: Readonly<Record<string, Sample>>;

  const send = (method: string, path: string, body?: unknown) =>
    app.request<ErrorBody & Json>(method, path, body, { apiVersion: version });

  const operations = (hasOfficialDescriptions ? operationsOf(version) : []).filter(
    ({ group: of }) => !NOT_SERVED.includes(of),
  );

  beforeAll(async () => {
    group = await app.given.group();
    const { path } = await app.given.registry({ group });
    world = { registryPath: path, credentialSetId: `${path}/credentialSets/credential-set-1` };
    samples = samplesIn(world);
    const puts = operations.filter(({ method, group: of }) => method === 'PUT' && of !== 'Registries');
    const isLast = ({ group: of }: Described) => of === 'ConnectedRegistries';
    // These need a token.
    for (const operation of [...puts.filter((one) => !isLast(one)), ...puts.filter(isLast)]) {
      const sample = samples[operation.group];
      if (sample) await send('PUT', pathOf(operation, names()), sample.minimal);
    }
    await app.settle();
  });

  function names(): Readonly<Record<string, string>> {
    return {
      subscriptionId: group.subscription.id,
      resourceGroupName: group.name,
      groupName: 'registry',
      ...Object.fromEntries(Object.values(samples).map(({ parameter, name }) => [parameter, name])),
    };
  }

  /** One that is not there, and of which nothing is to come. */
  const another = (operation: Described) => `${pathOf(operation, names())}y`;

  const isAnotherMade = async (operation: Described) =>
    operation.method === 'PUT' && (await send('GET', another(operation))).status === 200;

  /** What is written to, as it is read; of an action, the registry. */
  async function snapshot({ method, path }: Described): Promise<unknown> {
    const { body } = await send('GET', method === 'POST' ? world.registryPath : pathOf({ path }, names()));
    return body;
  }

  async function findingsOf(operation: Described, place: Place, { of, value }: Violation): Promise<readonly string[]> {
    const { method, group: groupName, body: schema } = operation;
    const sample = samples[groupName];
    if (!schema || !sample) return [];
    const base = method === 'POST' ? actionBodiesIn(world)[operation.id] : method === 'PUT' ? sample.minimal : {};
    const good = bodyWith(schema, base ?? {}, place, 'good', sample);
    const bad = withValue(good, stepsTo(place.path, nameIn), value);
    const isNamedWell = (answer: Answer<ErrorBody>) =>
      targetsOf(answer.body).some((target) => isNamed(target, place.path));
    const paths = [pathOf(operation, names()), ...(method === 'PUT' ? [another(operation)] : [])];
    const findings: string[] = [];
    for (const to of paths) {
      const answer = await send(method, to, bad);
      const said = `${place.path} breaks ${of} with ${JSON.stringify(value)}`;
      if (answer.status < 400 || answer.status >= 500) findings.push(`${said} and is answered ${answer.status}`);
      else if (!isNamedWell(answer)) findings.push(`${said} and is told as ${JSON.stringify(answer.body)}`);
    }
    return findings;
  }

  const withBody = operations.filter(({ body }) => body);
  it.each(withBody.map((operation) => [operation.id, operation] as const))(
    'the body of %s is held to every constraint',
    async (_, operation) => {
      const findings: string[] = [];
      const isMerged = operation.method === 'PATCH';
      const before = await snapshot(operation);
      for (const place of placesOf(operation.body ?? { properties: {}, required: [] }).filter(({ path }) => path))
        for (const violation of violationsOf(place.schema, place.isRequired))
          if (
            // What a merge patch leaves out stays.
            !(isMerged && violation.value === undefined) &&
            !NOT_CLOSED.some((row) => row.operations.test(operation.id) && row.path.test(place.path))
          )
            findings.push(...(await findingsOf(operation, place, violation)));
      expect(findings).toEqual([]);
      expect(await snapshot(operation)).toEqual(before);
      expect(await isAnotherMade(operation)).toBe(false);
    },
  );

  it.each(withBody.map((operation) => [operation.id, operation] as const))(
    'null in the place of anything in the body of %s is no fault of the service',
    async (_, { method, path, group: groupName, body, id }) => {
      const sample = samples[groupName];
      if (!body || !sample) return;
      const base = method === 'POST' ? (actionBodiesIn(world)[id] ?? {}) : method === 'PUT' ? sample.minimal : {};
      const findings: string[] = [];
      for (const place of placesOf(body).filter(({ path: at }) => isNew(id, at))) {
        const good = bodyWith(body, base, place, 'good', sample);
        const answer = await send(
          method,
          pathOf({ path }, names()),
          withValue(good, stepsTo(place.path, nameIn), null),
        );
        if (answer.status >= 500) findings.push(`${place.path}: ${answer.status}`);
        if (answer.status === 201 || answer.status === 202) await app.settle();
      }
      expect(findings).toEqual([]);
    },
  );

  it('parameters are held to every constraint', async () => {
    const findings: string[] = [];
    for (const operation of operations)
      for (const parameter of operation.parameters)
        for (const violation of violationsOf(parameter.schema, parameter.required))
          findings.push(...(await parameterFindings(operation, parameter, violation)));
    expect(findings).toEqual([]);
  });

  async function parameterFindings(
    operation: Described,
    { name, in: where }: Parameter,
    { of, value }: Violation,
  ): Promise<readonly string[]> {
    // All that stands in a URL is a text, and a part of a path is never absent.
    if (of === 'type' || (of === 'required' && where === 'path') || value === null || value === '') return [];
    const isVersion = name === 'api-version';
    const text = encodeURIComponent(value as string);
    const path = pathOf(operation, where === 'path' ? { ...names(), [name]: text } : names());
    const sample = samples[operation.group];
    const body = operation.method === 'POST' ? actionBodiesIn(world)[operation.id] : sample?.minimal;
    const answer = await app.request<ErrorBody>(
      operation.method,
      where === 'query' && !isVersion ? `${path}?${name}=${text}` : path,
      operation.body ? body : undefined,
      { apiVersion: isVersion ? (value === undefined ? null : text) : version },
    );
    const isDeletionOfNothing = operation.method === 'DELETE' && answer.status === 204;
    const isRefused = answer.status >= 400 && answer.status < 500 && answer.body.error !== undefined;
    return isRefused || isDeletionOfNothing
      ? []
      : [`${operation.id}: ${name} breaks ${of} with ${text} and is answered ${answer.status}`];
  }
});
