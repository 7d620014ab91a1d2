import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import type { Caller } from '../arm/caller.js';
import { resultHeaders } from '../arm/operation-links.js';
import { parseBody } from '../arm/parse-body.js';
import { isTerminal } from '../arm/provisioning-state.js';
import { notFound } from '../arm/refusals.js';
import { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { ResourceWrites } from '../arm/writes.js';
import { ContentLists } from '../content/content-lists.js';
import { Database } from '../database/database.js';
import { isRefusal, Logins } from '../edge/logins.js';
import { LoginServers } from '../registries/login-servers.js';
import { RegistriesRepository } from '../registries/registries.repository.js';
import type { Registry } from '../registries/registry.entity.js';
import { REGISTRY_TYPE } from '../registries/registry.type.js';
import { SecretBox } from '../secrets/secret-box.js';
import { Secret } from '../secrets/secret.js';
import { Operations } from '../work/operations.js';
import type { ImageImport, ImportTarget } from './image-import.entity.js';
import { insertImport } from './image-imports.repository.js';
import { tagExists } from './import-failures.js';
import { ImportImageParametersWire } from './import-image.wire.js';
import { IMPORT_TYPE } from './import-work.js';
import { namedImage, problemsOf, targetsOf } from './wanted-import.js';

/** Copies of images from other registries, begun by a request and made by a worker. */
@Injectable()
export class ImportImage {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly writes: ResourceWrites,
    private readonly registries: RegistriesRepository,
    private readonly operations: Operations,
    private readonly secrets: SecretBox,
    private readonly lists: ContentLists,
    private readonly loginServers: LoginServers,
    private readonly logins: Logins,
  ) {}

  /** Begins an import; what stands in its way now is told at once. */
  async start(request: ArmRequest): Promise<void> {
    const { id, caller, correlationId } = request;
    const parsed = parseBody(ImportImageParametersWire, request.body);
    if ('problems' in parsed) return throwIfAny(parsed.problems);
    const { body } = parsed;
    throwIfAny(problemsOf(body));
    const found = await this.registries.find(this.database, id, caller.tenantId);
    if (!found) throw notFound(REGISTRY_TYPE, id);
    const source = await this.sourceOf(body, found, caller);
    const targets = targetsOf(body);
    const isForced = body.mode === 'Force';
    if (!isForced) await this.requireFree(found, targets);
    const operationId = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id.resource(), caller);
      const registry = await this.registries.lock(tx, id, caller.tenantId);
      if (!registry) throw notFound(REGISTRY_TYPE, id);
      if (!isTerminal(registry.provisioningState)) throw await this.writes.busy(tx, REGISTRY_TYPE, registry, caller);
      const wanted: ImageImport = {
        id: randomUUID(),
        registryId: registry.id,
        ...source,
        targets,
        isForced,
        actor: caller.objectId,
        digest: null,
      };
      await insertImport(tx, wanted);
      return this.operations.start(tx, {
        type: IMPORT_TYPE,
        kind: 'Import',
        recordId: wanted.id,
        subscriptionId: id.subscriptionId,
        tenantId: caller.tenantId,
        correlationId,
      });
    });
    request.answer(202, resultHeaders(request, operationId));
  }

  private async sourceOf(
    { source }: ImportImageParametersWire,
    target: Registry,
    caller: Caller,
  ): Promise<Omit<ImageImport, 'id' | 'registryId' | 'targets' | 'isForced' | 'actor' | 'digest'>> {
    const { repository: sourceRepository, reference: sourceReference } = namedImage(source.sourceImage);
    const { registryUri, credentials, resourceId } = source;
    const none = { username: null, sealedPassword: null };
    if (resourceId) {
      const sourceRegistryId = await this.pullable(resourceId, sourceRepository, target, caller);
      return { sourceRegistryId, sourceHost: null, sourceRepository, sourceReference, ...none };
    }
    const sealed = credentials && {
      username: credentials.username ? credentials.username : null,
      sealedPassword: this.secrets.seal(new Secret(credentials.password)),
    };
    const sourceHost = registryUri ?? '';
    return { sourceRegistryId: null, sourceHost, sourceRepository, sourceReference, ...(sealed ?? none) };
  }

  /**
   * The registry with that resource id, from which the caller may pull.
   * @throws ArmError where there is none, and in the same words where the caller may not.
   */
  private async pullable(resourceId: string, repository: string, target: Registry, caller: Caller): Promise<string> {
    const id = ResourceId.parse(resourceId);
    const registry = id && (await this.registries.find(this.database, id, caller.tenantId));
    const endpoint = registry && (await this.loginServers.byKey(registry.key));
    const entry = endpoint && (await this.logins.byCaller(endpoint, caller));
    const wanted = { type: 'repository', name: repository, actions: ['pull'] } as const;
    const given = entry && !isRefusal(entry) ? entry.rights([wanted]) : [];
    if (!registry || !given.some(({ actions }) => actions.includes('pull')))
      throw new ArmError(
        'LinkedAuthorizationFailed',
        `The client '${caller.name}' with object id '${caller.objectId}' does not have permission to pull from ` +
          `'${repository}' on the linked scope '${resourceId}', or the linked scope is invalid.`,
        { target: 'source.resourceId' },
      );
    requireExportable(registry, target);
    return registry.id;
  }

  private async requireFree({ id }: Registry, targets: readonly ImportTarget[]): Promise<void> {
    for (const { repository, tag } of targets) {
      if (tag === null || (await this.lists.digestOf(id, repository, tag)) === undefined) continue;
      const { code, message } = tagExists(repository, tag);
      throw new ArmError(code, message, { target: 'targetTags' });
    }
  }
}

/** Within a registry nothing leaves it. @throws ArmError where the policy of the source keeps images in. */
function requireExportable(source: Registry, target: Registry): void {
  if (source.id === target.id || source.policies.exportPolicy.status === 'enabled') return;
  throw new ArmError(
    'InvalidParameters',
    `The registry '${source.name}' exports nothing: its exportPolicy is disabled. Enable it there, or import from elsewhere.`,
    { target: 'source.resourceId' },
  );
}
