import type { ArmApp } from '../support/arm-app.js';
import type { Answer, Exchange } from '../support/arm-exchange.js';
import { judge } from '../support/official-descriptions.js';
import type { Described } from './description.js';
import { placesOf, type Schema } from './schema.js';

/** The path of an operation with its parameters filled in. */
export function pathOf({ path }: Pick<Described, 'path'>, names: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new Error(`'${path}' needs a value for '${name}'.`);
    return value;
  });
}

/** What the official description has against a request. */
export async function requestFindings({ request }: Exchange): Promise<readonly string[]> {
  const version = new URL(request.url).searchParams.get('api-version') ?? '';
  const validator = await judge(version);
  const body = request.body as Record<string, unknown> | undefined;
  const { url, method, headers } = request;
  const result = await validator.validateLiveRequest({
    url,
    method,
    headers: { ...headers },
    ...(body ? { body } : {}),
  });
  if (result.runtimeException) return [result.runtimeException.message];
  return result.errors.map(
    ({ code, message, jsonPathsInPayload }) => `${code}: ${message} (${jsonPathsInPayload.join()})`,
  );
}

/** Values of an answer that are not among those that its description lists. */
export function enumFindings(schema: Schema | undefined, body: unknown): readonly string[] {
  if (!schema) return [];
  return placesOf(schema, true).flatMap(({ path, schema: { enum: allowed } }) =>
    allowed
      ? everyValueAt(body, path)
          .filter((value) => !allowed.includes(value))
          .map((value) => `'${path}' is ${JSON.stringify(value)}, not one of ${allowed.join()}`)
      : [],
  );
}

function everyValueAt(body: unknown, path: string): readonly unknown[] {
  let values = [body];
  for (const [part] of path.matchAll(/[^.[\]{}]+|\[\]|\{\}/g))
    values = values.flatMap((value) => {
      if (typeof value !== 'object' || value === null) return [];
      if (part === '[]' || part === '{}') return Object.values(value);
      return [(value as Record<string, unknown>)[part]];
    });
  return values.filter((value) => value !== undefined && value !== null);
}

/**
 * Follows the links of a long-running answer to their ends.
 * @throws Error when it does not end as it should.
 */
export async function followed(app: ArmApp, { status, headers }: Answer, failure?: string): Promise<void> {
  const link = headers['azure-asyncoperation'] ?? headers['location'];
  if (link === undefined) return;
  if (!/^\d+$/.test(String(headers['retry-after']))) throw new Error(`${status} came with a link and no Retry-After.`);
  if (new URL(String(link)).origin !== app.origin) throw new Error(`${String(link)} leads away from ${app.origin}.`);
  await app.request('GET', String(link));
  await app.settle();
  const end = await app.request('GET', String(link));
  if (failure !== undefined) {
    const { code } = (end.body['error'] ?? {}) as { readonly code?: string };
    if (code !== failure) throw new Error(`${String(link)} ended with ${String(code)}, not ${failure}.`);
    return;
  }
  const isOver = headers['azure-asyncoperation']
    ? end.body['status'] === 'Succeeded'
    : end.status < 202 || end.status === 204;
  if (!isOver) throw new Error(`${String(link)} ended with ${end.status} ${JSON.stringify(end.body)}.`);
}
