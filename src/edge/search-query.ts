import { isDigest } from '../content/digest.js';
import type { SearchConditions, SearchPage } from '../content/content-search.repository.js';
import { isRepositoryName } from './access.js';
import { queryOf } from './content-routes.js';
import { OciError } from './oci-error.js';
import { readPage } from './page-of-names.js';

/** Below `/acr/v1/`. */
export const SEARCH_PATH = '_metadata/_search';

const PAGE = 100;
const MAX_ANNOTATIONS = 10;
const MAX_LENGTH = 1_024;
const ONCE = [
  'repository',
  'artifactType',
  'mediaType',
  'platform',
  'subject',
  'createdFrom',
  'createdBefore',
  'updatedFrom',
  'updatedBefore',
  'n',
  'last',
] as const;
type Once = (typeof ONCE)[number];
const PARAMETERS: readonly string[] = [...ONCE, 'annotation'];

/** What is looked for, where, and from where on. */
export interface SearchQuery {
  /** How the names of repositories begin, or, without `isPrefix`, the name of one. */
  readonly repository: string;
  readonly isPrefix: boolean;
  readonly conditions: SearchConditions;
  readonly page: SearchPage;
}

/** The one repository that is to be looked through; empty when several can be meant. */
export function searchedRepository(url: string): string {
  const name = queryOf(url).get('repository') ?? '';
  return isRepositoryName(name) ? name : '';
}

/** @throws OciError 400 for what is not known, said twice or cannot be read. */
export function readSearch(query: URLSearchParams): SearchQuery {
  for (const [name, value] of query) {
    if (!PARAMETERS.includes(name))
      throw malformed(`there is no parameter '${name}'; there are ${PARAMETERS.join(', ')}`);
    if (value.length > MAX_LENGTH || value.includes('\0'))
      throw malformed(`${name} is no text of at most ${MAX_LENGTH} characters`);
  }
  for (const name of ONCE)
    if (query.getAll(name).length > 1) throw malformed(`${name} is written twice; only annotation can be`);
  const text = (name: Once): string | null => query.get(name);
  const [os = null, architecture = null] = readPlatform(text('platform'));
  const conditions = {
    artifactType: text('artifactType'),
    mediaType: text('mediaType'),
    ...readAnnotations(query.getAll('annotation')),
    os,
    architecture,
    subject: readSubject(text('subject')),
    createdFrom: readTime('createdFrom', text('createdFrom')),
    createdBefore: readTime('createdBefore', text('createdBefore')),
    updatedFrom: readTime('updatedFrom', text('updatedFrom')),
    updatedBefore: readTime('updatedBefore', text('updatedBefore')),
  };
  return { ...readRepository(text('repository')), conditions, page: readPlace(query) };
}

/** As in a list: where the next page begins. */
export function placeOf({ repository, digest }: Pick<SearchPage, 'repository' | 'digest'>): string {
  return `${repository}@${digest}`;
}

function readRepository(pattern: string | null): Pick<SearchQuery, 'repository' | 'isPrefix'> {
  if (pattern === null) return { repository: '', isPrefix: true };
  if (isRepositoryName(pattern)) return { repository: pattern, isPrefix: false };
  const repository = pattern.slice(0, -1);
  if (!pattern.endsWith('*') || !/^[a-z0-9._/-]*$/.test(repository))
    throw malformed(`repository=${pattern} is neither a name nor a beginning such as team/*`);
  return { repository, isPrefix: true };
}

function readAnnotations(written: readonly string[]): Pick<SearchConditions, 'annotations' | 'annotationKeys'> {
  if (written.length > MAX_ANNOTATIONS) throw malformed(`there are more than ${MAX_ANNOTATIONS} annotations`);
  const read = written.map((one) => /^([^=]+)(?:=(.*))?$/s.exec(one) ?? []);
  if (read.some(({ length }) => length === 0)) throw malformed('annotation is neither a key nor key=value');
  const keys = read.flatMap(([, key = '', value]) => (value === undefined ? [key] : []));
  const pairs = read.flatMap(([, key = '', value]) => (value === undefined ? [] : [[key, value] as const]));
  const annotations = Object.fromEntries(pairs);
  const isTwice = pairs.find(([key, value]) => annotations[key] !== value);
  if (isTwice) throw malformed(`annotation names two values of ${isTwice[0]}, which has one`);
  return { annotations: pairs.length > 0 ? annotations : null, annotationKeys: keys.length > 0 ? keys : null };
}

function readPlatform(written: string | null): readonly string[] {
  if (written === null) return [];
  const parts = written.split('/');
  if (parts.length > 2 || parts.includes(''))
    throw malformed(`platform=${written} is neither os nor os/architecture, such as linux/amd64`);
  return parts;
}

function readSubject(written: string | null): string | null {
  if (written === null || isDigest(written)) return written;
  throw new OciError('DIGEST_INVALID', `subject=${written} is not a digest such as sha256:<64 hexadecimal digits>.`);
}

function readTime(name: string, written: string | null): Date | null {
  if (written === null) return null;
  const isWritten = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(written);
  const time = new Date(written);
  if (isWritten && !Number.isNaN(time.getTime())) return time;
  throw malformed(`${name}=${written} is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z`);
}

function readPlace(query: URLSearchParams): SearchPage {
  const { last, count } = readPage(query, PAGE);
  if (last === '') return { repository: '', digest: '', count };
  const at = last.indexOf('@');
  const [repository, digest] = [last.slice(0, Math.max(at, 0)), last.slice(at + 1)];
  if (!isRepositoryName(repository) || !isDigest(digest))
    throw malformed(`last=${last} is no place in this list; follow the links as they are`);
  return { repository, digest, count };
}

function malformed(what: string): OciError {
  return new OciError('UNSUPPORTED', `The search cannot be read: ${what}.`, { status: 400 });
}
