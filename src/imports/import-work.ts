import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { ContentSource } from '../copying/content-source.js';
import { Database } from '../database/database.js';
import { RecordedTargets } from '../edge/recorded-targets.js';
import { LoginServers, type RegistryEndpoint } from '../registries/login-servers.js';
import { RegistriesRepository } from '../registries/registries.repository.js';
import { SecretBox } from '../secrets/secret-box.js';
import { upstreamPlace } from '../upstream/upstream-place.js';
import { UpstreamRegistries } from '../upstream/upstream-registries.js';
import { OperationKinds } from '../work/operation-kinds.js';
import type { Operation } from '../work/operation.entity.js';
import { DONE, walk, type Plan, type Step } from '../work/plan.js';
import { Sweeps } from '../work/sweeps.js';
import type { ImageImport } from './image-import.entity.js';
import { findImport, removeEndedImports, removeImport } from './image-imports.repository.js';
import { asImportFailure } from './import-failures.js';
import { importImage, type ImportScope } from './import.plan.js';
import { RegistryContent } from './registry-content.js';

/** How operations name what they import. */
export const IMPORT_TYPE = 'Microsoft.ContainerRegistry/registries/imports';
/** Of one process: workers are to be left for what people wait for. */
const AT_ONCE = 3;
const ASK_AGAIN_MS = 500;
/** Until this process takes no work any more. */
const ENDING_MS = 1_000;

/** Hands the workers what they need to import images. */
@Injectable()
export class ImportWork implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private running = 0;

  constructor(
    private readonly database: Database,
    private readonly registries: RegistriesRepository,
    private readonly loginServers: LoginServers,
    private readonly kinds: OperationKinds,
    private readonly sweeps: Sweeps,
    private readonly secrets: SecretBox,
    private readonly upstreams: UpstreamRegistries,
    private readonly content: RegistryContent,
    private readonly targets: RecordedTargets,
  ) {}

  onModuleInit(): void {
    this.kinds.register<AttemptedImport>({
      type: IMPORT_TYPE,
      kind: 'Import',
      plan: [this.whole(importImage)],
      scope: (operation, signal) => this.scope(operation, signal),
      settle: (tx, { recordId }) => removeImport(tx, recordId),
    });
    this.sweeps.register({ name: 'imports that were canceled', run: () => removeEndedImports(this.database) });
  }

  /** What was begun goes on in another process, or in the next. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private async scope(operation: Operation, signal: AbortSignal): Promise<AttemptedImport | undefined> {
    const wanted = await findImport(this.database, operation.recordId);
    const registry = wanted && (await this.endpointOf(wanted.registryId));
    if (!registry) return undefined;
    const { content, targets, database } = this;
    return {
      wanted,
      registry,
      content,
      targets,
      database,
      ...(await this.sourceOf(wanted)),
      signal: AbortSignal.any([signal, this.stopping.signal]),
      attempts: operation.attempts,
    };
  }

  private async sourceOf(wanted: ImageImport): Promise<Pick<ImportScope, 'source' | 'sourceName'>> {
    const { sourceHost, sourceRegistryId, sourceRepository, sealedPassword, username } = wanted;
    if (sourceHost !== null) {
      const credentials = sealedPassword ? { username, password: this.secrets.open(sealedPassword) } : undefined;
      const source = this.upstreams.source(upstreamPlace(sourceHost, sourceRepository), credentials);
      return { source, sourceName: sourceHost };
    }
    const registry = await this.endpointOf(sourceRegistryId ?? '');
    if (registry)
      return { source: this.content.source(registry, sourceRepository), sourceName: `registry '${registry.name}'` };
    return { source: NOTHING, sourceName: 'the registry, which has been deleted,' };
  }

  private async endpointOf(registryId: string): Promise<RegistryEndpoint | undefined> {
    const registry = await this.registries.byId(this.database, registryId);
    return registry && this.loginServers.byKey(registry.key);
  }

  /** The steps as one, of which only a few are walked at once, and whose failures are told as those of an import. */
  private whole(plan: Plan<ImportScope>): Step<AttemptedImport> {
    return {
      name: 'import',
      ensure: async (scope) => {
        if (this.running >= AT_ONCE) return { retryAfterMs: ASK_AGAIN_MS, because: 'other imports are under way' };
        this.running++;
        try {
          const outcome = await walk(plan, scope);
          return outcome.done ? DONE : outcome;
        } catch (error) {
          if (this.stopping.signal.aborted) return { retryAfterMs: ENDING_MS, because: 'the process ends' };
          throw asImportFailure(error, scope.attempts);
        } finally {
          this.running--;
        }
      },
    };
  }
}

type AttemptedImport = ImportScope & { readonly attempts: number };

const NOTHING: ContentSource = {
  manifest: () => Promise.resolve(undefined),
  blob: () => Promise.resolve(undefined),
};
