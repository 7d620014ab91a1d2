import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import type { NamePage, Sight } from '../content/content-lists.repository.js';
import type { ContentCall } from './content-call.js';
import { Logins, type Entry } from './logins.js';
import { unknownBlob } from './oci-error.js';
import { QUARANTINE_RIGHTS } from './rights.js';
import { withoutMount, type V2Route } from './v2-route.js';
import { mountedBlob } from './wanted-blob.js';

type Right = keyof typeof QUARANTINE_RIGHTS;
type Asking = Pick<ContentCall, 'registry' | 'login'>;

/** Who sees what is in quarantine, and who lets it out. A registry without one costs nothing. */
@Injectable()
export class QuarantineSight {
  constructor(
    private readonly logins: Logins,
    private readonly lists: ContentLists,
  ) {}

  async sightOf(call: Asking, repository: string): Promise<Sight> {
    return !call.registry.hasQuarantine || (await this.may(call, 'read', repository)) ? 'all' : 'released';
  }

  /** At this moment, whatever the token was issued for: no token names it. */
  async may(call: Asking, right: Right, repository: string): Promise<boolean> {
    const entry = await this.entryOf(call);
    return entry !== undefined && isGranted(entry, QUARANTINE_RIGHTS[right], repository);
  }

  /**
   * Blobs are seen with the manifests that refer to them, and by those who push them.
   * @throws OciError 404 when the sender sees none of these.
   */
  async requireBlob(call: Asking, { kind, name, last }: V2Route, method = 'GET'): Promise<void> {
    if (kind !== 'blob' || method === 'DELETE') return;
    if (!(await this.seesBlob(call, name, last))) throw unknownBlob(name, last);
  }

  /** A mount reads its blob; of one that is not seen the route is that of an ordinary upload. */
  async mounting(call: Asking, route: V2Route): Promise<V2Route> {
    const digest = route.source && mountedBlob(route);
    if (!route.source || digest === undefined) return route;
    return (await this.seesBlob(call, route.source.name, digest)) ? route : withoutMount(route);
  }

  /** Names of repositories in which the sender sees something. */
  async repositories(call: Asking, page: NamePage): Promise<string[]> {
    const { id, hasQuarantine } = call.registry;
    if (!hasQuarantine) return this.lists.repositories(id, page);
    const entry = await this.entryOf(call);
    const found: string[] = [];
    for (let { last } = page; found.length < page.count;) {
      const some = await this.lists.repositoriesInSight(id, { last, count: page.count });
      const seen = some.filter(
        ({ name, isInSight }) => isInSight || (entry && isGranted(entry, QUARANTINE_RIGHTS.read, name)),
      );
      found.push(...seen.map(({ name }) => name));
      if (some.length < page.count) break;
      last = some.at(-1)?.name ?? '';
    }
    return found.slice(0, page.count);
  }

  private async seesBlob(call: Asking, repository: string, digest: string): Promise<boolean> {
    const { id, hasQuarantine, isContentIndexed } = call.registry;
    if (!hasQuarantine || !isContentIndexed) return true;
    const entry = await this.entryOf(call);
    if (entry && ['push', QUARANTINE_RIGHTS.read].some((right) => isGranted(entry, right, repository))) return true;
    return this.lists.isReferredInSight(id, repository, digest);
  }

  private entryOf({ registry, login }: Asking): Promise<Entry | undefined> {
    return this.logins.again(registry, login);
  }
}

function isGranted({ rights }: Entry, action: string, name: string): boolean {
  return rights([{ type: 'repository', name, actions: [action] }]).length > 0;
}
