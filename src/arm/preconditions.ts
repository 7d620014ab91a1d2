import { createHash } from 'node:crypto';
import { ArmError } from './arm-error.js';

/** What a client demands of the resource as it is stored, by the headers of RFC 9110. */
export interface Preconditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Whether the client asked to be told the ETag; the real service sends none, so nobody is sent one unasked. */
  readonly wantsEtag: boolean;
}

/** Asks for the `ETag` header in answers. */
export const RETURN_ETAG_HEADER = 'x-berth-return-etag';

export function preconditionsOf(headers: Readonly<Record<string, string | string[] | undefined>>): Preconditions {
  const text = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
  return {
    ifMatch: text('if-match'),
    ifNoneMatch: text('if-none-match'),
    wantsEtag: text(RETURN_ETAG_HEADER) === 'true',
  };
}

/** Changes whenever anything of the stored record does. The same in every api-version. */
export function etagOf(record: object): string {
  return `"${createHash('sha256').update(JSON.stringify(record, withSortedKeys)).digest('base64url').slice(0, 27)}"`;
}

/** PostgreSQL gives the members of a jsonb column back in an order of its own. */
function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** @throws ArmError 412 when the stored record, or its absence, is not what the client demands. */
export function requirePreconditions({ ifMatch, ifNoneMatch }: Preconditions, current: object | undefined): void {
  if (ifMatch !== undefined && !matches(ifMatch, current))
    throw failed('If-Match', ifMatch, current ? 'the resource has changed since' : 'the resource does not exist');
  if (ifNoneMatch !== undefined && current && matches(ifNoneMatch, current))
    throw failed('If-None-Match', ifNoneMatch, 'the resource exists');
}

/** A weak tag is compared as a strong one: ours never stand for two representations. */
function matches(header: string, current: object | undefined): boolean {
  if (!current) return false;
  const wanted = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return wanted.includes('*') || wanted.includes(etagOf(current));
}

function failed(header: string, value: string, why: string): ArmError {
  return new ArmError(
    'PreconditionFailed',
    `The condition '${header}: ${value}' does not hold: ${why}. Get it again.`,
    {
      target: header,
    },
  );
}
