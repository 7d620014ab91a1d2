import { isDigest } from '../content/digest.js';
import type { Access } from './access.js';
import { CATALOG, decoded, requireName, TAG } from './v2-route.js';
import { OciError } from './oci-error.js';

export type AcrRouteKind = 'catalog' | 'repository' | 'tags' | 'tag' | 'manifests' | 'manifest';

/** A request below `/acr/v1/`, read completely. */
export interface AcrRoute {
  readonly kind: AcrRouteKind;
  /** Repository; empty for `catalog`. */
  readonly name: string;
  /** Tag or digest. */
  readonly last: string;
  /** What the caller must be granted. */
  readonly needs: readonly Access[];
}

const READ = ['metadata_read'] as const;

/** What each method needs on each kind of route; a method that is not here is not served there. */
const METHODS: Readonly<Record<AcrRouteKind, Readonly<Record<string, readonly string[]>>>> = {
  catalog: { GET: [] },
  repository: { GET: READ },
  tags: { GET: READ },
  tag: { GET: READ },
  manifests: { GET: READ },
  manifest: { GET: READ },
};

/**
 * Reads the method and the URL of a request below `/acr/v1/`.
 * @throws OciError for whatever is not served there.
 */
export function parseAcr(method: string, url: string): AcrRoute {
  const { kind, name, last } = targetOf(decoded(url.split('?', 1)[0] ?? '').slice('/acr/v1/'.length));
  const actions = METHODS[kind][method];
  if (!actions)
    throw new OciError('UNSUPPORTED', `The method ${method} is not served here.`, {
      headers: { Allow: Object.keys(METHODS[kind]).join(', ') },
    });
  if (kind === 'tag' && !TAG.test(last)) throw new OciError('TAG_UNKNOWN', `'${last}' is not a tag.`);
  if (kind === 'manifest' && !isDigest(last))
    throw new OciError('DIGEST_INVALID', `'${last}' is not a digest such as sha256:<64 hexadecimal digits>.`);
  return { kind, name, last, needs: kind === 'catalog' ? [CATALOG] : [{ type: 'repository', name, actions }] };
}

/** No part of a repository's name begins with an underscore. */
function targetOf(path: string): Omit<AcrRoute, 'needs'> {
  if (path === '_catalog') return { kind: 'catalog', name: '', last: '' };
  const segments = path.split('/');
  const [before, last = ''] = [segments.at(-2), segments.at(-1)];
  if (last === '_tags' || last === '_manifests')
    return {
      kind: last === '_tags' ? 'tags' : 'manifests',
      name: requireName(segments.slice(0, -1).join('/')),
      last: '',
    };
  if (before === '_tags' || before === '_manifests')
    return { kind: before === '_tags' ? 'tag' : 'manifest', name: requireName(segments.slice(0, -2).join('/')), last };
  return { kind: 'repository', name: requireName(path), last: '' };
}
