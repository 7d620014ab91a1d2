import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import {
  findDigest,
  findIndexOf,
  findRepositoryId,
  isReferredTo,
  isReferredToInSight,
  listContent,
  listReferrers,
  listRepositoriesInSight,
  listRepositoryNames,
  listTagNames,
  type NamePage,
  type RepositoryInSight,
  type Sight,
  type Referrer,
  type TaggedManifest,
} from './content-lists.repository.js';

/** Names of what the registries hold. Names are in the order of their bytes, as the specification has it. */
@Injectable()
export class ContentLists {
  constructor(private readonly database: Database) {}

  repositories(registryId: string, page: NamePage): Promise<string[]> {
    return listRepositoryNames(this.database, registryId, page);
  }

  /** As above, with whether something in it is shown to everybody. */
  repositoriesInSight(registryId: string, page: NamePage): Promise<RepositoryInSight[]> {
    return listRepositoriesInSight(this.database, registryId, page);
  }

  /** Undefined when there is no such repository. */
  tags(registryId: string, repository: string, page: NamePage, sight: Sight): Promise<string[] | undefined> {
    return this.within(registryId, repository, (id) => listTagNames(this.database, id, page, sight));
  }

  /**
   * What has been said about a manifest, which itself need not be there.
   * @param artifactType null for those of every type.
   */
  async referrers(
    registryId: string,
    repository: string,
    about: { readonly subject: string; readonly artifactType: string | null; readonly sight: Sight },
    page: NamePage,
  ): Promise<Referrer[]> {
    const find = (id: string) => listReferrers(this.database, id, about, page);
    return (await this.within(registryId, repository, find)) ?? [];
  }

  /** Some of what is in a repository, listed or not; undefined when there is no such repository. */
  content(registryId: string, repository: string, count: number): Promise<TaggedManifest[] | undefined> {
    return this.within(registryId, repository, (id) => listContent(this.database, id, count));
  }

  /** Digest of an index of the repository that refers to this manifest; undefined when there is none. */
  indexOf(registryId: string, repository: string, digest: string): Promise<string | undefined> {
    return findIndexOf(this.database, registryId, repository, digest);
  }

  /** Whether a manifest of the repository refers to it. */
  isReferred(registryId: string, repository: string, digest: string): Promise<boolean> {
    return isReferredTo(this.database, registryId, repository, digest);
  }

  /** Whether a manifest of the repository does that is shown to everybody. */
  isReferredInSight(registryId: string, repository: string, digest: string): Promise<boolean> {
    return isReferredToInSight(this.database, registryId, repository, digest);
  }

  private async within<T>(registryId: string, name: string, find: (id: string) => Promise<T>): Promise<T | undefined> {
    const id = await findRepositoryId(this.database, registryId, name);
    return id === undefined ? undefined : find(id);
  }

  /** The manifest that a tag or digest leads to; undefined when there is none. */
  digestOf(
    registryId: string,
    repository: string,
    reference: string,
    sight: Sight = 'all',
  ): Promise<string | undefined> {
    return findDigest(this.database, { registryId, repository, reference, sight });
  }
}
