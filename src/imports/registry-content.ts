import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import type { Sight } from '../content/content-lists.repository.js';
import { SourceFailed, type ContentSource } from '../copying/content-source.js';
import { EngineRepositories } from '../copying/engine-repositories.js';
import { ContentLocks } from '../edge/content-locks.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';

/** What registries of this service have, as pulls see it. */
@Injectable()
export class RegistryContent {
  constructor(
    private readonly lists: ContentLists,
    private readonly engines: EngineRepositories,
    private readonly locks: ContentLocks,
  ) {}

  /** The manifest that a tag or digest leads to. */
  async digestOf(
    registry: Pick<RegistryEndpoint, 'id' | 'instanceName' | 'isContentIndexed'>,
    repository: string,
    reference: string,
    signal: AbortSignal,
    sight: Sight = 'all',
  ): Promise<string | undefined> {
    if (registry.isContentIndexed) return this.lists.digestOf(registry.id, repository, reference, sight);
    return (await this.engines.source(registry.instanceName, repository).manifest(reference, signal))?.digest;
  }

  /**
   * A repository to copy from: what the index does not have is not there, whatever the engine has, nor is what is in
   * quarantine. Besides what every source throws: OciError, where an attribute of the content keeps it from being read.
   */
  source(registry: RegistryEndpoint, repository: string): ContentSource {
    const engine = this.engines.source(registry.instanceName, repository);
    const sight = registry.hasQuarantine ? 'released' : 'all';
    return {
      manifest: async (reference, signal) => {
        await this.locks.require(registry, 'pull', repository, reference);
        const digest = await this.digestOf(registry, repository, reference, signal, sight);
        if (digest === undefined) return undefined;
        const found = await engine.manifest(digest, signal);
        if (found) return found;
        throw new SourceFailed(
          `The manifest ${digest} of '${repository}' is not in the home region of registry '${registry.name}' yet.`,
          true,
        );
      },
      blob: (digest, signal) => engine.blob(digest, signal),
    };
  }
}
