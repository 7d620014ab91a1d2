import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { listRepositoryNames, type Sight } from './content-lists.repository.js';
import {
  searchManifests,
  type FoundManifest,
  type SearchConditions,
  type SearchPage,
} from './content-search.repository.js';

/** How many repositories are looked through at a time. */
const REPOSITORIES = 1_000;

/** What is looked for, and by whom. */
export interface Search {
  readonly registryId: string;
  /** How the names of repositories begin, or, without `isPrefix`, the name of one. */
  readonly repository: string;
  readonly isPrefix: boolean;
  readonly conditions: SearchConditions;
  /** What of a repository is shown; undefined: nothing. */
  readonly sightOf: (repository: string) => Sight | undefined;
}

/** Manifests by what is known of them, in all of a registry. */
@Injectable()
export class ContentSearch {
  constructor(private readonly database: Database) {}

  /** In the order of the repositories' names, and of the digests in each. */
  async manifests(search: Search, page: SearchPage): Promise<FoundManifest[]> {
    const found: FoundManifest[] = [];
    for await (const names of this.repositories(search, page.repository)) {
      const repositories = names.flatMap((name) => {
        const sight = search.sightOf(name);
        return sight === undefined ? [] : [{ name, sight }];
      });
      if (repositories.length === 0) continue;
      const rest = { ...page, count: page.count - found.length };
      found.push(...(await searchManifests(this.database, search.registryId, repositories, search.conditions, rest)));
      if (found.length >= page.count) break;
    }
    return found;
  }

  /** Names that can be meant, beginning with that of the repository in which the last page ended. */
  private async *repositories({ registryId, repository, isPrefix }: Search, from: string): AsyncGenerator<string[]> {
    if (!isPrefix) {
      yield [repository];
      return;
    }
    // The names that follow it are after this in the order of bytes, and it may be one itself.
    const before = repository.slice(0, -1);
    if (from.startsWith(repository) && from !== '') yield [from];
    for (let last = from > before ? from : before; ;) {
      const names = await listRepositoryNames(this.database, registryId, { last, count: REPOSITORIES });
      const meant = names.filter((name) => name.startsWith(repository));
      if (meant.length > 0) yield meant;
      last = names.at(-1) ?? '';
      const isPast = last > repository && !last.startsWith(repository);
      if (names.length < REPOSITORIES || isPast) return;
    }
  }
}
