import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { NewRegistries } from '../registries/new-registries.js';
import { Clock } from '../work/clock.js';
import {
  beginIndex,
  isRegistryIndexed,
  removeManifest,
  removeTag,
  upsertManifest,
} from './content-index.repository.js';
import {
  findRepositoryId,
  listReferrers,
  listRepositoryNames,
  listTagNames,
  type NamePage,
  type Referrer,
} from './content-lists.repository.js';
import type { ManifestDocument } from './manifest-document.js';

/** A manifest that the engine has just said it stored. */
export interface StoredManifest {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly tag: string | null;
  /** As the client said; for texts that do not say it themselves. */
  readonly contentType: string;
  readonly document: ManifestDocument;
  readonly sizeBytes: number;
  readonly platform: Platform;
}

/** What a config says it runs on. */
export interface Platform {
  readonly os: string | null;
  readonly architecture: string | null;
}

/** What the registries hold, written down as it goes in and out, so that no engine is asked for it. */
@Injectable()
export class Content {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    newRegistries: NewRegistries,
  ) {
    newRegistries.add((tx, { id }) => beginIndex(tx, id));
  }

  /** False while a registry holds what was pushed before there was an index; its engine is asked then. */
  isIndexed(registryId: string): Promise<boolean> {
    return isRegistryIndexed(this.database, registryId);
  }

  stored(tx: Tx, { document, contentType, platform, ...manifest }: StoredManifest): Promise<void> {
    const { mediaType, config, ...said } = document;
    return upsertManifest(tx, {
      ...said,
      ...manifest,
      ...platform,
      mediaType: mediaType ?? contentType,
      configDigest: config?.digest ?? null,
      configMediaType: config?.mediaType ?? null,
      at: this.clock.now(),
    });
  }

  /** The engine has it no more, nor any tag of it. */
  manifestDeleted(registryId: string, repository: string, digest: string): Promise<void> {
    return this.database.transaction((tx) =>
      removeManifest(tx, { registryId, repository, digest, at: this.clock.now() }),
    );
  }

  untagged(registryId: string, repository: string, tag: string): Promise<void> {
    return this.database.transaction((tx) => removeTag(tx, { registryId, repository, tag, at: this.clock.now() }));
  }

  /** In the order of their bytes, as the specification has it. */
  repositories(registryId: string, page: NamePage): Promise<string[]> {
    return listRepositoryNames(this.database, registryId, page);
  }

  /** Undefined when there is no such repository. */
  async tags(registryId: string, repository: string, page: NamePage): Promise<string[] | undefined> {
    const id = await findRepositoryId(this.database, registryId, repository);
    return id === undefined ? undefined : listTagNames(this.database, id, page);
  }

  /**
   * What has been said about a manifest, which itself need not be there.
   * @param artifactType null for those of every type.
   */
  async referrers(
    registryId: string,
    repository: string,
    about: { readonly subject: string; readonly artifactType: string | null },
    page: NamePage,
  ): Promise<Referrer[]> {
    const id = await findRepositoryId(this.database, registryId, repository);
    return id === undefined ? [] : listReferrers(this.database, id, about.subject, about.artifactType, page);
  }
}
