import { OciError } from './oci-error.js';

/** As the client asked for it, and never more than one answer should carry. */
export interface PageRequest {
  readonly last: string;
  readonly count: number;
}

const MAX_COUNT = 1_000;

/** Reads `n` and `last`. @throws OciError when `n` is no number. */
export function readPage(query: URLSearchParams, defaultCount: number): PageRequest {
  const n = query.get('n') ?? String(defaultCount);
  if (!/^\d{1,9}$/.test(n))
    throw new OciError('PAGINATION_NUMBER_INVALID', `n=${n} is not a number of names; leave it out, or write n=100.`);
  return { last: query.get('last') ?? '', count: Math.min(Number(n), MAX_COUNT) };
}

/**
 * The page of what was found, of which there is one more than the page has when another follows, and the header that leads
 * to that.
 */
export function pageOf<Found>(
  path: string,
  query: URLSearchParams,
  { count }: PageRequest,
  found: readonly Found[],
  nameOf: (found: Found) => string,
): { readonly page: readonly Found[]; readonly headers: Readonly<Record<string, string>> } {
  const page = found.slice(0, count);
  const end = page.at(-1);
  if (found.length <= count || end === undefined) return { page, headers: {} };
  const next = new URLSearchParams(query);
  next.set('last', nameOf(end));
  next.set('n', String(count));
  return { page, headers: { Link: `<${path}?${next.toString()}>; rel="next"` } };
}
