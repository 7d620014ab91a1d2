import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { findRepositoryId, type Sight } from './content-lists.repository.js';
import {
  findManifest,
  findRepository,
  findTag,
  listManifests,
  listTags,
  type ManifestRecord,
  type RecordPage,
  type RepositoryRecord,
  type TagRecord,
} from './content-records.repository.js';

/** Repositories, tags and manifests with all that is known of them; undefined where there is none. */
@Injectable()
export class ContentRecords {
  constructor(private readonly database: Database) {}

  repository(registryId: string, name: string): Promise<RepositoryRecord | undefined> {
    return findRepository(this.database, registryId, name);
  }

  tag(registryId: string, repository: string, name: string, sight: Sight): Promise<TagRecord | undefined> {
    return this.within(registryId, repository, (id) => findTag(this.database, id, name, sight));
  }

  manifest(registryId: string, repository: string, digest: string, sight: Sight): Promise<ManifestRecord | undefined> {
    return this.within(registryId, repository, (id) => findManifest(this.database, id, digest, sight));
  }

  /** @param digest of the manifest whose tags are wanted; null for all. */
  tags(
    registryId: string,
    repository: string,
    page: RecordPage,
    digest: string | null,
  ): Promise<TagRecord[] | undefined> {
    return this.within(registryId, repository, (id) => listTags(this.database, id, page, digest));
  }

  manifests(registryId: string, repository: string, page: RecordPage): Promise<ManifestRecord[] | undefined> {
    return this.within(registryId, repository, (id) => listManifests(this.database, id, page));
  }

  private async within<T>(registryId: string, name: string, find: (id: string) => Promise<T>): Promise<T | undefined> {
    const id = await findRepositoryId(this.database, registryId, name);
    return id === undefined ? undefined : find(id);
  }
}
