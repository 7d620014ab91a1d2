import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const FOLDER = new URL('registry/', import.meta.url);
const CASES = readdirSync(FOLDER);

/** What differs from one run to the next, by what it is called in the expected answers. */
const NORMAL: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>'],
  [/group-[0-9a-f]{8}/g, '<group>'],
  [/localhost:451\d\d/g, '<login server>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<date>'],
];

let app: ArmApp;

beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app?.close());

/**
 * What each api-version answers to a request: `registry/<case>/expected/<api-version>.json`. The request is the same in
 * all, `registry/<case>/request.json`, or each version's own, `registry/<case>/requests/<api-version>.json`.
 */
describe.each(CASES)('a registry: %s', (name) => {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, FOLDER), 'utf8');
  it('has an expected answer for every version, and no other', () => {
    const expected = readdirSync(new URL(`${name}/expected/`, FOLDER));
    expect(expected.sort()).toEqual(
      Object.keys(API_VERSIONS)
        .map((version) => `${version}.json`)
        .sort(),
    );
  });

  it.each(Object.keys(API_VERSIONS))('in %s', async (apiVersion) => {
    const group = await app.given.group();
    const path = `${group.path}/providers/Microsoft.ContainerRegistry/registries/${`${name}${apiVersion}`.replaceAll('-', '')}`;
    const own = `requests/${apiVersion}.json`;
    const asked: unknown = JSON.parse(read(existsSync(new URL(`${name}/${own}`, FOLDER)) ? own : 'request.json'));
    const made = await app.request('PUT', path, asked, { apiVersion });
    expect(made.status).toBe(201);
    expect(textOf(made.body)).toBe(read(`expected/${apiVersion}.json`));

    await app.settle();
    const { body } = await app.request('GET', path, undefined, { apiVersion });
    const done = JSON.parse(read(`expected/${apiVersion}.json`).replace('"Creating"', '"Succeeded"')) as object;
    expect(JSON.parse(textOf(body))).toEqual(done);
    // What was answered can be sent again, and changes nothing.
    const again = await app.request('PUT', path, body, { apiVersion });
    expect([again.status, JSON.parse(textOf(again.body))]).toEqual([200, done]);
  });
});

function textOf(body: unknown): string {
  return NORMAL.reduce((text, [what, called]) => text.replaceAll(what, called), `${JSON.stringify(body, null, 2)}\n`);
}
