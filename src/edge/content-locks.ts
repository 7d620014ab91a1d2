import { Injectable } from '@nestjs/common';
import { ContentAttributes, type Obstacle } from '../content/content-attributes.js';
import { isDigest } from '../content/digest.js';
import type { Deed } from '../content/locked.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { immutableTag, OciError } from './oci-error.js';
import type { V2Route } from './v2-route.js';

type LockedRegistry = Pick<RegistryEndpoint, 'id' | 'hasContentLocks'>;

/** What each method does to content; what is not here does nothing to it. */
const DEEDS: Partial<Readonly<Record<V2Route['kind'], Readonly<Record<string, Deed>>>>> = {
  manifest: { GET: 'pull', HEAD: 'pull', PUT: 'push', DELETE: 'delete' },
  blob: { GET: 'pull', HEAD: 'pull', DELETE: 'delete' },
  uploads: { POST: 'push' },
  upload: { PATCH: 'push', PUT: 'push' },
};

/** Keeps everybody, administrators included, from doing what an attribute of the content forbids. */
@Injectable()
export class ContentLocks {
  constructor(private readonly attributes: ContentAttributes) {}

  /** @throws OciError 405 that names the attribute. */
  async requireFor(registry: LockedRegistry, { kind, name, last, source }: V2Route, method = 'GET'): Promise<void> {
    const deed = DEEDS[kind]?.[method];
    if (!deed) return;
    const isByTag = kind === 'manifest' && !isDigest(last);
    await this.require(registry, isByTag && deed === 'delete' ? 'untag' : deed, name, kind === 'manifest' ? last : '');
    if (source && source.name !== name) await this.require(registry, 'pull', source.name, '');
  }

  /**
   * @param reference tag or digest; empty when it is about the repository alone.
   * @throws OciError 405 that names the attribute, 409 that names the tag that stays as it is.
   */
  async require(registry: LockedRegistry, deed: Deed, repository: string, reference: string): Promise<void> {
    if (!registry.hasContentLocks) return;
    refuse(repository, await this.attributes.inTheWay(deed, registry.id, repository, reference));
  }

  /** @throws OciError 409 when the tag names another manifest than is pushed under it, and stays as it is. */
  async requireMovable(registry: LockedRegistry, repository: string, tag: string, digest: string): Promise<void> {
    if (!registry.hasContentLocks || isDigest(tag)) return;
    if (await this.attributes.keepsAnother({ registryId: registry.id, repository, tag, digest }))
      throw immutableTag(repository, tag);
  }

  /** As above, of the deletion of a repository with all that is in it. */
  async requireDeletable(registry: LockedRegistry, repository: string): Promise<void> {
    if (registry.hasContentLocks) refuse(repository, await this.attributes.inTheWayOfAll(registry.id, repository));
  }
}

function refuse(repository: string, obstacle: Obstacle | undefined): void {
  if (obstacle?.immutableTag !== undefined) throw immutableTag(repository, obstacle.immutableTag);
  if (obstacle)
    throw new OciError(
      'UNSUPPORTED',
      `The operation is disallowed in the repository '${repository}': ${obstacle.attribute} is false; set it to true first.`,
    );
}
