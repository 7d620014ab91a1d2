import { Injectable } from '@nestjs/common';
import type { Sight } from '../content/content-lists.repository.js';
import type { FoundManifest } from '../content/content-search.repository.js';
import { ContentSearch } from '../content/content-search.js';
import { manifestBody } from './acr-records.js';
import type { ContentCall } from './content-call.js';
import { queryOf } from './content-routes.js';
import { Logins, type Entry } from './logins.js';
import { OciError, sendJson } from './oci-error.js';
import { pageOf } from './page-of-names.js';
import { QUARANTINE_RIGHTS } from './rights.js';
import { placeOf, readSearch, SEARCH_PATH } from './search-query.js';

const READ = 'metadata_read';

/** `/acr/v1/_metadata/_search`: manifests by what is known of them. No description has it. */
@Injectable()
export class SearchRoutes {
  constructor(
    private readonly search: ContentSearch,
    private readonly logins: Logins,
  ) {}

  /** @throws OciError 405 where the registry has it switched off. */
  async answer({ registry, login, request, response }: ContentCall): Promise<void> {
    if (!registry.hasSearch)
      throw new OciError(
        'UNSUPPORTED',
        `The registry '${registry.name}' cannot be searched; set its metadataSearch to Enabled, which api-version 2023-11-01-preview has.`,
      );
    const query = queryOf(request.url);
    const { page, ...asked } = readSearch(query);
    const entry = await this.logins.again(registry, login);
    const sightOf = (repository: string) => entry && sightIn(entry, repository, registry.hasQuarantine);
    const found = await this.search.manifests(
      { ...asked, registryId: registry.id, sightOf },
      { ...page, count: page.count + 1 },
    );
    const place = { last: '', count: page.count };
    const answer = pageOf(`/acr/v1/${SEARCH_PATH}`, query, place, found, placeOf);
    const manifests = answer.page.map(foundBody);
    sendJson(response, 200, { registry: registry.loginServer, manifests }, answer.headers);
  }
}

/** At this moment, whatever the token was issued for: the catalogue's names no repository. */
function sightIn({ rights }: Entry, name: string, hasQuarantine: boolean): Sight | undefined {
  const actions = [READ, QUARANTINE_RIGHTS.read];
  const held = rights([{ type: 'repository', name, actions }]).flatMap((access) => access.actions);
  if (!held.includes(READ)) return undefined;
  return !hasQuarantine || held.includes(QUARANTINE_RIGHTS.read) ? 'all' : 'released';
}

function foundBody(found: FoundManifest): object {
  const { repository, annotations, subject } = found;
  return {
    imageName: repository,
    ...manifestBody(found),
    ...(annotations === null ? {} : { annotations }),
    ...(subject === null ? {} : { subject }),
  };
}
