import { isRole, SERVER_ROLES, type ServerRole } from '../trust/tuf-role.js';
import { nameBelow, type Access } from './access.js';
import { OciError } from './oci-error.js';
import { decoded, requireName } from './v2-route.js';

/** A request for the trust data of a repository, read. */
export type TrustRoute = TrustTarget & {
  readonly repository: string;
  /** As the client names the collection: the repository below the name of the login server that it knows. */
  readonly gun: string;
  readonly needs: readonly Access[];
  /** Whether it takes somebody who may sign. */
  readonly isChange: boolean;
};

type TrustTarget =
  | { readonly kind: 'update' | 'delete' }
  | { readonly kind: 'key' | 'rotate'; readonly role: ServerRole }
  | {
      readonly kind: 'file';
      readonly role: string;
      readonly version: number | undefined;
      readonly sha256: string | undefined;
    };

const PATH = /^\/v2\/(.+)\/_trust\/tuf\/(.*)$/;
const KEY = new RegExp(`^(${SERVER_ROLES.join('|')})\\.key$`);
const FILE = /^(?:(\d{1,9})\.)?([-a-z0-9_/]+?)(?:\.([0-9a-fA-F]{64}))?\.json$/;

/** What each kind needs. Keys are made when they are asked for, so that reading one is a change. */
const NEEDS: Readonly<Record<TrustTarget['kind'], readonly string[]>> = {
  file: ['pull'],
  key: ['pull', 'push'],
  rotate: ['pull', 'push'],
  update: ['pull', 'push'],
  delete: ['delete'],
};

/** Whether the path is about trust data; no part of a repository's name begins with an underscore. */
export function isTrustPath(path: string): boolean {
  return path.startsWith('/v2/') && path.includes('/_trust/');
}

/**
 * @param hosts under which the registry answers.
 * @throws OciError for what is not there.
 */
export function parseTrust(method: string, path: string, hosts: readonly string[]): TrustRoute {
  const [, gun = '', rest] = PATH.exec(decoded(path)) ?? [];
  if (rest === undefined) throw new OciError('NAME_UNKNOWN', `There is nothing at ${path}.`);
  const repository = repositoryOf(gun, hosts);
  const target = targetOf(method, rest, path);
  const needs = [{ type: 'repository', name: repository, actions: NEEDS[target.kind] }];
  return { ...target, repository, gun, needs, isChange: target.kind !== 'file' };
}

function repositoryOf(gun: string, hosts: readonly string[]): string {
  const name = nameBelow(hosts, gun);
  if (name !== undefined) return requireName(name);
  throw new OciError(
    'INVALID_GUN',
    `'${gun}' names no repository of this registry; its collections are named '${hosts[0]}/<repository>'.`,
  );
}

function targetOf(method: string, rest: string, path: string): TrustTarget {
  if (rest === '' && method === 'POST') return { kind: 'update' };
  if (rest === '' && method === 'DELETE') return { kind: 'delete' };
  const role = SERVER_ROLES.find((name) => name === KEY.exec(rest)?.[1]);
  if (role && (method === 'GET' || method === 'POST')) return { kind: method === 'GET' ? 'key' : 'rotate', role };
  const file = FILE.exec(rest);
  if (file && method === 'GET') {
    const [, version, name = '', sha256] = file;
    if (isRole(name))
      return {
        kind: 'file',
        role: name,
        version: version === undefined ? undefined : Number(version),
        sha256: sha256?.toLowerCase(),
      };
  }
  if (rest === '' || role || (file && method !== 'GET'))
    throw new OciError('UNSUPPORTED', `The method ${method} is not served here.`, {
      headers: { Allow: rest === '' ? 'POST, DELETE' : role ? 'GET, POST' : 'GET' },
    });
  throw new OciError('METADATA_NOT_FOUND', `There is no metadata at ${path}.`);
}
