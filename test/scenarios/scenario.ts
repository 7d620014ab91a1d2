import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArmApp, Json } from '../support/arm-app.js';
import type { Answer } from '../support/arm-exchange.js';

/** One numbered file of a scenario; README.md beside this file says what its members mean. */
export interface Step {
  readonly says?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly apiVersion?: string | null;
    /** `authorization` in place of the owner's; null sends none. */
    readonly authorization?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly expect: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** True compares the whole body; otherwise it may have more members. */
    readonly exact?: boolean;
  };
  /** Names for what later steps need, each with its place in the answer: `body.id`, `headers.location`. */
  readonly keep?: Readonly<Record<string, string>>;
  /** Lets the worker end all operations before the next step. */
  readonly settle?: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly { readonly file: string; readonly step: Step }[];
}

const NUMBERED = /^\d{2}-[a-z0-9-]+\.json$/;
const PLACEHOLDER = /\{\{([\w.]+)\}\}/g;

/** All folders of `folder`, each a scenario. @throws when a file in one is not called as its README says. */
export function scenariosIn(folder: string): readonly Scenario[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const files = readdirSync(join(folder, name)).sort();
      const strange = files.filter((file) => !NUMBERED.test(file));
      if (strange.length > 0)
        throw new Error(`${name}/${strange.join()} is not named like 01-create.json; see test/scenarios/README.md.`);
      const steps = files.map((file) => ({
        file,
        step: JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Step,
      }));
      return { name, steps };
    });
}

/** Runs the steps up to the first that differs, and answers that one's differences, behind its file and request. */
export async function run(
  app: ArmApp,
  { name, steps }: Scenario,
  given: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const known: Record<string, string> = { ...given };
  for (const { file, step } of steps) {
    const at = `${name}/${file}`;
    const { method, path, apiVersion, authorization, headers, body } = filled(step.request, known, at);
    const answer = await app.request(method, path, body, {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(authorization === null ? { token: null } : {}),
      headers: { ...(authorization ? { authorization } : {}), ...headers },
    });
    const expected = filled(step.expect, known, at);
    const differences = [
      ...differencesOf(expected.status, answer.status, 'status', true),
      ...differencesOf(expected.headers ?? {}, answer.headers, 'headers', false),
      ...('body' in expected ? differencesOf(expected.body, answer.body, 'body', expected.exact ?? false) : []),
    ];
    if (differences.length > 0) return [`${at}: ${method} ${path}`, ...differences, JSON.stringify(answer.body)];
    for (const [key, place] of Object.entries(step.keep ?? {})) known[key] = kept(answer, place, at);
    if (step.settle) await app.settle();
  }
  return [];
}

function kept(answer: Answer<Json>, place: string, at: string): string {
  const value = place
    .split('.')
    .reduce<unknown>((within, member) => (within as Json | undefined)?.[member], { ...answer });
  if (typeof value !== 'string') throw new Error(`${at}: the answer has no text at '${place}' that could be kept.`);
  return value;
}

/** The value with every `{{name}}` in a text of it replaced; `{{any}}` and `{{absent}}` stay for the comparison. */
function filled<T>(value: T, known: Readonly<Record<string, string>>, at: string): T {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    typeof member !== 'string'
      ? member
      : member.replaceAll(PLACEHOLDER, (whole, name: string) => {
          if (name === 'any' || name === 'absent') return whole;
          if (known[name] === undefined) throw new Error(`${at}: nothing before it keeps '${name}'.`);
          return known[name];
        }),
  ) as T;
}

/** What is not as expected, each with its place. */
export function differencesOf(expected: unknown, actual: unknown, at: string, exact: boolean): readonly string[] {
  if (expected === '{{absent}}') return actual === undefined ? [] : [`${at} is there: ${JSON.stringify(actual)}`];
  if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const isWhole = exact || Array.isArray(expected);
    const surplus = isWhole ? Object.keys(actual).filter((member) => !(member in expected)) : [];
    return [
      ...surplus.map((member) => `${at}.${member} is not expected: ${JSON.stringify(actual[member])}`),
      ...Object.keys(expected).flatMap((member) =>
        differencesOf(expected[member], actual[member], `${at}.${member}`, exact),
      ),
    ];
  }
  const isEqual =
    typeof expected === 'string' && typeof actual === 'string' ? patternOf(expected).test(actual) : expected === actual;
  return isEqual || (expected === '{{any}}' && actual !== undefined)
    ? []
    : [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
}

function patternOf(text: string): RegExp {
  return new RegExp(
    `^${text
      .split('{{any}}')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('[^]*')}$`,
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
