import { isDigest } from '../content/digest.js';
import type { Access } from './access.js';
import { SEARCH_PATH, searchedRepository } from './search-query.js';
import { CATALOG, decoded, requireName, TAG } from './v2-route.js';
import { OciError } from './oci-error.js';

export type AcrRouteKind =
  | 'catalog'
  | 'repository'
  | 'tags'
  | 'tag'
  | 'manifests'
  | 'manifest'
  | 'search'
  | 'deleted-catalog'
  | 'deleted-tags'
  | 'deleted-manifests'
  | 'deleted-manifest';

/** A request below `/acr/v1/`, read completely. */
export interface AcrRoute {
  readonly kind: AcrRouteKind;
  /** Repository; empty for the catalogues, and for a search of several. */
  readonly name: string;
  /** Tag or digest. */
  readonly last: string;
  /** What the caller must be granted. */
  readonly needs: readonly Access[];
  /** What does as well; undefined: nothing else. */
  readonly instead: readonly Access[] | undefined;
}

type Target = Omit<AcrRoute, 'needs' | 'instead'>;

const READ = ['metadata_read'] as const;
const WRITE = ['metadata_write'] as const;
const DELETE = ['delete'] as const;
const DELETED_READ = ['deleted_read'] as const;
const RESTORE = ['deleted_restore'] as const;
const DELETED_CATALOG: Access = { type: 'registry', name: 'deleted_catalog', actions: ['*'] };

/** What each method needs on each kind of route; a method that is not here is not served there. */
const METHODS: Readonly<Record<AcrRouteKind, Readonly<Record<string, readonly string[]>>>> = {
  catalog: { GET: [] },
  repository: { GET: READ, PATCH: WRITE, DELETE },
  tags: { GET: READ },
  tag: { GET: READ, PATCH: WRITE, DELETE },
  manifests: { GET: READ },
  manifest: { GET: READ, PATCH: WRITE },
  search: { GET: READ },
  'deleted-catalog': { GET: [] },
  'deleted-tags': { GET: DELETED_READ },
  'deleted-manifests': { GET: DELETED_READ },
  'deleted-manifest': { POST: RESTORE },
};

/**
 * Reads the method and the URL of a request below `/acr/v1/`.
 * @throws OciError for whatever is not served there.
 */
export function parseAcr(method: string, url: string): AcrRoute {
  const { kind, name, last } = askedOf(url);
  const actions = METHODS[kind][method];
  if (!actions)
    throw new OciError('UNSUPPORTED', `The method ${method} is not served here.`, {
      headers: { Allow: Object.keys(METHODS[kind]).join(', ') },
    });
  if (kind === 'tag' && !TAG.test(last)) throw new OciError('TAG_UNKNOWN', `'${last}' is not a tag.`);
  if ((kind === 'manifest' || kind === 'deleted-manifest') && !isDigest(last))
    throw new OciError('DIGEST_INVALID', `'${last}' is not a digest such as sha256:<64 hexadecimal digits>.`);
  // Who judges what is in quarantine comes with a token for pulling.
  const mayJudge = kind === 'manifest' && method === 'PATCH';
  const instead: readonly Access[] | undefined = mayJudge
    ? [{ type: 'repository', name, actions: ['pull'] }]
    : undefined;
  const ofAll = name === '' ? CATALOGUES[kind] : undefined;
  return { kind, name, last, needs: [ofAll ?? { type: 'repository', name, actions }], instead };
}

/** Who looks for something in one repository needs no right to those of others. */
function askedOf(url: string): Target {
  const target = targetOf(decoded(url.split('?', 1)[0] ?? '').slice('/acr/v1/'.length));
  return target.kind === 'search' ? { ...target, name: searchedRepository(url) } : target;
}

const CATALOGUES: Partial<Readonly<Record<AcrRouteKind, Access>>> = {
  catalog: CATALOG,
  search: CATALOG,
  'deleted-catalog': DELETED_CATALOG,
};

/** No part of a repository's name begins with an underscore. */
function targetOf(path: string): Target {
  if (path === '_catalog') return { kind: 'catalog', name: '', last: '' };
  if (path === SEARCH_PATH) return { kind: 'search', name: '', last: '' };
  if (path.startsWith('_deleted/')) return deletedTargetOf(path.slice('_deleted/'.length));
  const segments = path.split('/');
  const [before, last = ''] = [segments.at(-2), segments.at(-1)];
  if (last === '_tags' || last === '_manifests')
    return { kind: last === '_tags' ? 'tags' : 'manifests', name: nameIn(segments, 1), last: '' };
  if (before === '_tags' || before === '_manifests')
    return { kind: before === '_tags' ? 'tag' : 'manifest', name: nameIn(segments, 2), last };
  return { kind: 'repository', name: requireName(path), last: '' };
}

function deletedTargetOf(path: string): Target {
  if (path === '_catalog') return { kind: 'deleted-catalog', name: '', last: '' };
  const { kind, name, last } = targetOf(path);
  if (kind === 'tags' || kind === 'manifests' || kind === 'manifest') return { kind: `deleted-${kind}`, name, last };
  throw new OciError('NAME_UNKNOWN', `There is nothing at /acr/v1/_deleted/${path}.`);
}

function nameIn(segments: readonly string[], suffixSegments: number): string {
  return requireName(segments.slice(0, -suffixSegments).join('/'));
}
