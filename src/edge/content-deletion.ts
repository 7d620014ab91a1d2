import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import { Content } from '../content/content.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import type { ContentCall } from './content-call.js';
import { EngineContent } from './engine-content.js';
import { immutableTag, OciError } from './oci-error.js';
import { TagImmutable } from '../content/tag-immutable.js';

type Owner = Pick<RegistryEndpoint, 'id' | 'name' | 'instanceName' | 'isContentIndexed' | 'hasHidden'>;

/** Out of which registry, and who wants it. */
type Deleting = Pick<ContentCall, 'cause'> & { readonly registry: Owner };

export interface DeletedRepository {
  readonly manifestsDeleted: readonly string[];
  readonly tagsDeleted: readonly string[];
}

/** Manifests of a repository that are deleted before it is written down. */
const BATCH = 200;

/**
 * Takes content out of an engine and then out of the index, so that what was not finished is still listed. Where engines may
 * have what is not to be seen, it is taken out of the index alone, can be restored where the registry's policy says so, and is
 * purged in the end.
 */
@Injectable()
export class ContentDeletion {
  constructor(
    private readonly content: Content,
    private readonly lists: ContentLists,
    private readonly engines: EngineContent,
  ) {}

  /** An index whose manifests are gone cannot be pulled. @throws OciError 409 when there is one. */
  async requireFree(registry: Owner, repository: string, digest: string): Promise<void> {
    const index = await this.lists.indexOf(registry.id, repository, digest);
    if (index === undefined) return;
    throw new OciError(
      'MANIFEST_REFERENCED',
      `The manifest '${digest}' is one of those that '${index}' refers to; delete that first.`,
      { detail: { name: repository, digest, referencedBy: index } },
    );
  }

  /** False when there is no such tag. */
  async untag({ registry, cause }: Deleting, repository: string, tag: string): Promise<boolean> {
    const begunAt = this.content.now();
    const from = { registryId: registry.id, repository, begunAt, cause };
    if (isLed(registry)) return refused(() => this.content.untag(from, tag));
    const wasThere = await this.engines.untag(registry, repository, tag);
    // What was pushed in another region need not have come here yet.
    return (await this.content.untagged(from, tag)) || wasThere;
  }

  /** With its tags. False when there is no such manifest. */
  async deleteManifest({ registry, cause }: Deleting, repository: string, digest: string): Promise<boolean> {
    const deleted = await this.deleteAll({ registry, cause }, repository, [digest]);
    return deleted.length > 0;
  }

  /** Answers those that were there. */
  private async deleteAll(
    { registry, cause }: Deleting,
    repository: string,
    digests: readonly string[],
  ): Promise<readonly string[]> {
    const within = { registryId: registry.id, repository, cause };
    if (isLed(registry)) {
      const begunAt = this.content.now();
      return refused(() => this.content.delete({ ...within, begunAt }, digests));
    }
    const going = await this.content.going(within, digests);
    const known = new Set<string>();
    try {
      for (const digest of going.digests)
        if (await this.engines.deleteManifest(registry, repository, digest)) known.add(digest);
      for (const digest of await this.content.deleted(going, digests)) known.add(digest);
    } catch (error) {
      // Where that cannot be written down, it is over when its time is.
      await this.content.stayed(going).catch(() => undefined);
      throw error;
    }
    return [...known];
  }

  /** All that is in it; undefined when there is no such repository. */
  async deleteRepository({ registry, cause }: Deleting, repository: string): Promise<DeletedRepository | undefined> {
    const manifestsDeleted: string[] = [];
    const tagsDeleted: string[] = [];
    for (;;) {
      const found = await this.lists.content(registry.id, repository, BATCH);
      if (!found || found.length === 0) break;
      const digests = found.map(({ digest }) => digest);
      await this.deleteAll({ registry, cause }, repository, digests);
      manifestsDeleted.push(...digests);
      tagsDeleted.push(...found.flatMap(({ tags }) => tags));
    }
    return manifestsDeleted.length === 0 ? undefined : { manifestsDeleted, tagsDeleted };
  }
}

function isLed({ isContentIndexed, hasHidden }: Owner): boolean {
  return isContentIndexed && hasHidden;
}

/** @throws OciError 409 when it is about a tag that stays as it is. */
async function refused<T>(deletion: () => Promise<T>): Promise<T> {
  try {
    return await deletion();
  } catch (error) {
    if (error instanceof TagImmutable) throw immutableTag(error.repository, error.tag);
    throw error;
  }
}
