import { Injectable } from '@nestjs/common';
import { ContentRecords } from '../content/content-records.js';
import { DeletedContent, NotRestored } from '../content/deleted-content.js';
import type {
  DeletedManifestRecord,
  DeletedRepositoryRecord,
  DeletedTagRecord,
} from '../content/deleted-lists.repository.js';
import { TagImmutable } from '../content/tag-immutable.js';
import { manifestBody } from './acr-records.js';
import type { AcrRoute } from './acr-route.js';
import type { ContentCall } from './content-call.js';
import { ContentLocks } from './content-locks.js';
import { queryOf } from './content-routes.js';
import { immutableTag, OciError, sendJson, unknownManifest, unknownTag } from './oci-error.js';
import { pageOf, readPage } from './page-of-names.js';
import { readText } from './read-form.js';
import { TAG } from './v2-route.js';

const PAGE = 100;

/** `/acr/v1/_deleted/`: what can be restored, and restoring it, as the Azure CLI asks for it; no description has it. */
@Injectable()
export class DeletedRoutes {
  constructor(
    private readonly deleted: DeletedContent,
    private readonly records: ContentRecords,
    private readonly locks: ContentLocks,
  ) {}

  async catalog({ registry, request, response }: ContentCall): Promise<void> {
    const query = queryOf(request.url);
    const asked = readPage(query, PAGE);
    const found = await this.deleted.repositories(registry.id, { ...asked, count: asked.count + 1 });
    const { page, headers } = pageOf('/acr/v1/_deleted/_catalog', query, asked, found, ({ name }) => name);
    sendJson(response, 200, { repositories: page.map(repositoryOf) }, headers);
  }

  async manifests({ registry, request, response }: ContentCall, { name }: AcrRoute): Promise<void> {
    const query = queryOf(request.url);
    const asked = readPage(query, PAGE);
    const found = await this.deleted.manifests(registry.id, name, { ...asked, count: asked.count + 1 });
    const path = `/acr/v1/_deleted/${name}/_manifests`;
    const { page, headers } = pageOf(path, query, asked, found, ({ digest }) => digest);
    sendJson(response, 200, { manifests: page.map(manifestOf) }, headers);
  }

  /** In the order in which they were deleted: clients take the last one of a name for the latest. */
  async tags({ registry, request, response }: ContentCall, { name }: AcrRoute): Promise<void> {
    const query = queryOf(request.url);
    const asked = readPage(query, PAGE);
    if (!/^\d{0,18}$/.test(asked.last))
      throw new OciError('UNSUPPORTED', `last=${asked.last} is no place in this list; follow the links as they are.`, {
        status: 400,
      });
    const found = await this.deleted.tags(registry.id, name, { ...asked, count: asked.count + 1 });
    const path = `/acr/v1/_deleted/${name}/_tags`;
    const { page, headers } = pageOf(path, query, asked, found, ({ sequence }) => sequence);
    sendJson(response, 200, { tags: page.map(tagOf) }, headers);
  }

  /** @throws OciError 404 for what is not among what was deleted, 409 when its tag names another manifest by now. */
  async restore({ registry, request, response, cause }: ContentCall, { name, last }: AcrRoute): Promise<void> {
    const isForced = queryOf(request.url).get('force')?.toLowerCase() === 'true';
    const tag = readTag(await readText(request));
    await this.locks.require(registry, 'push', name, tag ?? '');
    const restoring = { registryId: registry.id, repository: name, digest: last, tag, isForced, cause };
    await this.deleted.restore(restoring).catch((error: unknown) => {
      throw refusalOf(error, name, last, tag ?? '');
    });
    const manifest = await this.records.manifest(registry.id, name, last, 'all');
    if (!manifest) throw unknownManifest(name, last);
    sendJson(response, 200, { registry: registry.loginServer, imageName: name, manifest: manifestBody(manifest) });
  }
}

function refusalOf(error: unknown, name: string, digest: string, tag: string): unknown {
  if (error instanceof TagImmutable) return immutableTag(error.repository, error.tag);
  if (!(error instanceof NotRestored)) return error;
  if (error.because === 'unknown-manifest') return unknownManifest(`_deleted/${name}`, digest);
  if (error.because === 'unknown-tag') return unknownTag(`_deleted/${name}`, tag);
  return new OciError(
    'TAG_INVALID',
    `The tag '${tag}' of the repository '${name}' names '${error.taken}' by now; restore with force=true to take it from there.`,
    { status: 409, detail: { name, tag, digest: error.taken } },
  );
}

/** Null when there is none. @throws OciError 400 when it is no object with a tag. */
function readTag(text: string): string | null {
  const { tag } = parsed(text);
  if (tag === undefined || tag === null || tag === '') return null;
  if (typeof tag === 'string' && TAG.test(tag)) return tag;
  throw malformed('tag is no tag');
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body = JSON.parse(text === '' ? '{}' : text) as unknown;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    throw malformed('the body is not JSON');
  }
  throw malformed('the body is no object');
}

function malformed(what: string): OciError {
  return new OciError('UNSUPPORTED', `What is to be restored cannot be read: ${what}; write {"tag": "v1"}.`, {
    status: 400,
  });
}

function repositoryOf({ name, createdAt, deletedAt }: DeletedRepositoryRecord): object {
  return { repository: name, createdAt: createdAt.toISOString(), deletedAt: deletedAt.toISOString() };
}

function manifestOf({ digest, mediaType, sizeBytes, createdAt, deletedAt }: DeletedManifestRecord): object {
  return {
    digest,
    mediaType,
    size: Number(sizeBytes),
    createdAt: createdAt.toISOString(),
    deletedAt: deletedAt.toISOString(),
  };
}

function tagOf({ name, digest, createdAt, deletedAt }: DeletedTagRecord): object {
  return { tag: name, digest, createdAt: createdAt.toISOString(), deletedAt: deletedAt.toISOString() };
}
