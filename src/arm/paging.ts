import { ArmError } from './arm-error.js';
import { queryParameter } from './arm-request.js';

/** How many items a page has unless `$top` asks for fewer. */
export const PAGE_SIZE = 100;

/** One page of a list in keyset order. `after` is the last key of the page before. */
export interface Page {
  readonly after: string;
  readonly limit: number;
}

/** Reads `$top` and `$skipToken`. */
export function pageOf(query: Readonly<Record<string, string | undefined>>): Page {
  const top = queryParameter(query, '$top');
  const limit = top === undefined ? PAGE_SIZE : Number(top);
  if (!Number.isInteger(limit) || limit < 1)
    throw new ArmError('InvalidParameter', `$top must be a whole number above 0, not '${top}'.`, { target: '$top' });
  return { after: cursorOf(queryParameter(query, '$skiptoken')), limit: Math.min(limit, PAGE_SIZE) };
}

function cursorOf(token: string | undefined): string {
  if (token === undefined) return '';
  const cursor = Buffer.from(token, 'base64url').toString('utf8');
  if (!token || Buffer.from(cursor, 'utf8').toString('base64url') !== token || cursor.includes('\0'))
    throw new ArmError(
      'InvalidSkipToken',
      `The $skipToken '${token}' is not one of this service. Follow nextLink unchanged.`,
      {
        target: '$skipToken',
      },
    );
  return cursor;
}

/**
 * The body of a list. Ask the store for `limit + 1` items, so that it is known whether more follow; `nextLink` repeats the
 * client's own URL with another `$skipToken`, and is absent on the last page.
 */
export function listBody<T, W>(
  found: readonly T[],
  page: Page,
  url: URL,
  keyOf: (item: T) => string,
  toWire: (item: T) => W,
): { value: W[]; nextLink?: string } {
  const value = found.slice(0, page.limit);
  const last = value.at(-1);
  if (found.length <= page.limit || last === undefined) return { value: value.map(toWire) };
  return { value: value.map(toWire), nextLink: nextLinkAfter(url, keyOf(last)) };
}

/** The client's own URL, continued after the item with this key. */
export function nextLinkAfter(url: URL, key: string): string {
  const next = new URL(url);
  const stale = [...next.searchParams.keys()].filter((name) => name.toLowerCase() === '$skiptoken');
  for (const name of stale) next.searchParams.delete(name);
  next.searchParams.set('$skipToken', Buffer.from(key, 'utf8').toString('base64url'));
  return next.href;
}
