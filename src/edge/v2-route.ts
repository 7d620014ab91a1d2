import { isDigest } from '../content/digest.js';
import { isRepositoryName, MAX_NAME_LENGTH, type Access } from './access.js';
import { OciError } from './oci-error.js';
import { UPLOAD_REGION } from './upload-region.js';

export type RouteKind = 'base' | 'catalog' | 'tags' | 'manifest' | 'blob' | 'referrers' | 'uploads' | 'upload';

/** A request below `/v2/`, read completely: what it means, what it needs, and how the engine is asked for it. */
export interface V2Route {
  readonly kind: RouteKind;
  /** Repository; empty for `base` and `catalog`. */
  readonly name: string;
  /** Tag, digest or upload session. */
  readonly last: string;
  /** What the caller must be granted. */
  readonly needs: readonly Access[];
  /** What does as well; undefined: nothing else. */
  readonly instead: readonly Access[] | undefined;
  /** What a mount has to read; without that right the request begins an upload like any other. */
  readonly source: Access | undefined;
  /** Written anew from what was read, so that the engine cannot read it in another way than we did. */
  readonly enginePath: string;
  /** In which an upload goes on; undefined where that is not said. */
  readonly region: string | undefined;
  /** Whether the request may bring a body to the engine. */
  readonly takesBody: boolean;
}

interface Target {
  readonly kind: RouteKind;
  readonly name: string;
  /** Tag, digest or upload session. */
  readonly last: string;
}

const PULL = ['pull'] as const;
const PUSH = ['pull', 'push'] as const;
const DELETE = ['delete'] as const;
const METADATA = ['metadata_read'] as const;
/** What the names of all repositories need. */
export const CATALOG: Access = { type: 'registry', name: 'catalog', actions: ['*'] };

/** What each method needs on each kind of route; a method that is not here is not served there. */
const METHODS: Readonly<Record<RouteKind, Readonly<Record<string, readonly string[]>>>> = {
  base: { GET: [], HEAD: [] },
  catalog: { GET: [], HEAD: [] },
  tags: { GET: PULL, HEAD: PULL },
  manifest: { GET: PULL, HEAD: PULL, PUT: PUSH, DELETE },
  blob: { GET: PULL, HEAD: PULL, DELETE },
  referrers: { GET: PULL, HEAD: PULL },
  uploads: { POST: PUSH },
  // Whoever may push may give up a push.
  upload: { GET: PUSH, HEAD: PUSH, PATCH: PUSH, PUT: PUSH, DELETE: PUSH },
};

export const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const UPLOAD = /^[a-zA-Z0-9-]{1,64}$/;

/**
 * Reads the method and the URL of a request below `/v2`.
 * @throws OciError for whatever is not of the OCI grammar.
 */
export function parseV2(method: string, url: string): V2Route {
  const question = url.indexOf('?');
  const target = targetOf(decoded(question < 0 ? url : url.slice(0, question)));
  const actions = METHODS[target.kind][method];
  if (!actions)
    throw new OciError('UNSUPPORTED', `The method ${method} is not served here.`, {
      headers: { Allow: Object.keys(METHODS[target.kind]).join(', ') },
    });
  checkLast(target, method);
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
  return {
    kind: target.kind,
    name: target.name,
    last: target.last,
    needs: needsOf(target, actions),
    instead: target.kind === 'tags' ? [{ type: 'repository', name: target.name, actions: METADATA }] : undefined,
    source: sourceOf(target, query),
    enginePath: `${pathOf(target)}${queryOf(query)}`,
    region: target.kind === 'upload' ? (query.get(UPLOAD_REGION) ?? undefined) : undefined,
    takesBody: ['POST', 'PUT', 'PATCH'].includes(method),
  };
}

/** The same request for another tag or digest. */
export function withLast(route: V2Route, last: string): V2Route {
  const query = route.enginePath.slice(pathOf(route).length);
  return { ...route, last, enginePath: `${pathOf({ ...route, last })}${query}` };
}

/** The same upload, which brings its bytes itself. */
export function withoutMount(route: V2Route): V2Route {
  return { ...route, source: undefined, enginePath: pathOf(route) };
}

/** Clients escape the slashes of a repository's name, so the path is decoded, once, and read by the grammar after that. */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new OciError('NAME_INVALID', `The path ${path} is not well escaped.`);
  }
}

/** The last two or three segments say what is meant; all that is before them is the repository's name. */
function targetOf(path: string): Target {
  if (path === '/v2' || path === '/v2/') return { kind: 'base', name: '', last: '' };
  if (path === '/v2/_catalog') return { kind: 'catalog', name: '', last: '' };
  const segments = path.slice('/v2/'.length).split('/');
  const [before, type, last = ''] = [segments.at(-3), segments.at(-2), segments.at(-1)];
  const named = (kind: RouteKind, suffixSegments: number) => ({
    kind,
    name: requireName(segments.slice(0, -suffixSegments).join('/')),
    last,
  });
  if (type === 'manifests') return named('manifest', 2);
  if (type === 'referrers') return named('referrers', 2);
  if (type === 'tags' && last === 'list') return named('tags', 2);
  if (before === 'blobs' && type === 'uploads') return named(last === '' ? 'uploads' : 'upload', 3);
  if (type === 'blobs') return named(last === 'uploads' ? 'uploads' : 'blob', 2);
  throw new OciError('NAME_UNKNOWN', `There is nothing at ${path}.`);
}

/** @throws OciError when it is none. */
export function requireName(name: string): string {
  if (isRepositoryName(name)) return name;
  throw new OciError(
    'NAME_INVALID',
    `The repository name '${name}' is invalid: it is made of lower-case letters and digits, separated by '.', '_', '__', '-' or '/', at most ${MAX_NAME_LENGTH} in all.`,
    { detail: { name } },
  );
}

function checkLast({ kind, last }: Target, method: string): void {
  const isMalformedDigest = (kind === 'blob' || kind === 'referrers' || last.includes(':')) && !isDigest(last);
  if (['manifest', 'blob', 'referrers'].includes(kind) && isMalformedDigest)
    throw new OciError('DIGEST_INVALID', `'${last}' is not a digest such as sha256:<64 hexadecimal digits>.`);
  if (kind === 'manifest' && !last.includes(':') && !TAG.test(last))
    throw method === 'PUT'
      ? new OciError('TAG_INVALID', `'${last}' is not a tag: it has 1 to 128 letters, digits, '_', '.' and '-'.`)
      : new OciError('MANIFEST_UNKNOWN', `There is no manifest '${last}': it is neither a tag nor a digest.`);
  if (kind === 'upload' && !UPLOAD.test(last))
    throw new OciError('NAME_UNKNOWN', `'${last}' is not an upload; POST to blobs/uploads/ begins one.`);
}

function needsOf({ kind, name }: Target, actions: readonly string[]): Access[] {
  if (kind === 'base') return [];
  return kind === 'catalog' ? [CATALOG] : [{ type: 'repository', name, actions }];
}

function sourceOf({ kind }: Target, query: URLSearchParams): Access | undefined {
  const from = kind === 'uploads' ? query.get('from') : null;
  return from === null ? undefined : { type: 'repository', name: requireName(from), actions: PULL };
}

const SUFFIX: Readonly<Record<RouteKind, (last: string) => string>> = {
  base: () => '',
  catalog: () => '_catalog',
  tags: () => '/tags/list',
  manifest: (last) => `/manifests/${last}`,
  blob: (last) => `/blobs/${last}`,
  referrers: (last) => `/referrers/${last}`,
  uploads: () => '/blobs/uploads/',
  upload: (last) => `/blobs/uploads/${last}`,
};

function pathOf({ kind, name, last }: Target): string {
  return `/v2/${name}${SUFFIX[kind](last)}`;
}

/** Each name once: of two values the engine might take the other than we have checked. What is for us alone is left out. */
function queryOf(query: URLSearchParams): string {
  const names = new Set(query.keys());
  names.delete(UPLOAD_REGION);
  const single = new URLSearchParams([...names].map((name) => [name, query.get(name) ?? '']));
  return single.size === 0 ? '' : `?${single.toString()}`;
}
