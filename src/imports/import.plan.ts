import type { ContentCause } from '../content/content-events.repository.js';
import { TagTaken } from '../content/tag-taken.js';
import { copyManifest } from '../copying/copy-manifest.js';
import type { ContentSource, SourceManifest } from '../copying/content-source.js';
import type { ContentTarget } from '../copying/content-target.js';
import type { Database } from '../database/database.js';
import type { RecordedTarget } from '../edge/recorded-target.js';
import type { RecordedTargets } from '../edge/recorded-targets.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { DONE, PlanFailure, type Plan } from '../work/plan.js';
import { reportProgress } from '../work/operations.repository.js';
import type { ImageImport, ImportTarget } from './image-import.entity.js';
import { writeFoundDigest } from './image-imports.repository.js';
import { tagExists } from './import-failures.js';
import { Progress } from './progress.js';
import type { RegistryContent } from './registry-content.js';
import { MAX_MANIFESTS, surveyOf, type Survey } from './survey.js';

/** What the steps of an import work on. */
export interface ImportScope {
  readonly wanted: ImageImport;
  readonly source: ContentSource;
  /** As it is to be written of the source. */
  readonly sourceName: string;
  readonly registry: RegistryEndpoint;
  readonly content: RegistryContent;
  readonly targets: RecordedTargets;
  readonly database: Database;
  readonly signal: AbortSignal;
  /** Set by the first step of each walk. */
  survey?: Survey;
}

/** Nothing is remembered of what was copied: what is there is asked of the index and the engine, and not copied again. */
export const importImage: Plan<ImportScope> = [
  { name: 'see what there is', ensure: see },
  { name: 'find the targets free', ensure: findTargetsFree },
  { name: 'copy and tag', ensure: copyAll },
];

async function see(scope: ImportScope): Promise<typeof DONE> {
  const { wanted, source, sourceName, database, signal } = scope;
  const { sourceRepository, sourceReference, digest } = wanted;
  const survey = await surveyOf(source, digest ?? sourceReference, signal);
  if (!survey) {
    const image = `${sourceRepository}${sourceReference.includes(':') ? '@' : ':'}${sourceReference}`;
    throw new PlanFailure('InvalidParameters', `Error copying the image: ${sourceName} has no '${image}'.`);
  }
  if (digest === null) await writeFoundDigest(database, wanted.id, survey.root.digest);
  scope.survey = survey;
  return DONE;
}

async function findTargetsFree(scope: ImportScope): Promise<typeof DONE> {
  const { digest } = scope.survey!.root;
  for (const target of scope.wanted.targets) {
    await requireFree(scope, target);
    await targetOf(scope, target.repository).requireWritable(target.tag ?? digest, digest);
  }
  return DONE;
}

function targetOf({ targets, registry, wanted }: ImportScope, repository: string): RecordedTarget {
  const cause: ContentCause = { instanceName: registry.instanceName, actor: wanted.actor, request: null };
  return targets.target({ registry, repository, cause, movesTags: wanted.isForced });
}

async function copyAll(scope: ImportScope): Promise<typeof DONE> {
  const { wanted, registry, database, signal } = scope;
  const { source, root, bytesOf, totalBytes } = scope.survey!;
  const repositories = [...new Set(wanted.targets.map(({ repository }) => repository))];
  const progress = new Progress(totalBytes * repositories.length, (percent) =>
    reportProgress(database, wanted.id, percent),
  );
  const isWithin = wanted.sourceRegistryId === registry.id;
  for (const [done, repository] of repositories.entries()) {
    const target = targetOf(scope, repository);
    const named = wanted.targets.filter((one) => one.repository === repository);
    const near = [...(isWithin ? [wanted.sourceRepository] : []), ...repositories.slice(0, done)];
    await copyManifest(
      {
        source,
        target: named.some(({ tag }) => tag === null) ? target : exceptRoot(target, root),
        signal,
        maxManifests: MAX_MANIFESTS,
        mountFrom: () => Promise.resolve(near.filter((other) => other !== repository)),
        watch: {
          read: (bytes) => progress.flowed(bytes),
          copied: ({ digest }) => progress.settled(bytesOf.get(digest) ?? 0),
        },
      },
      root.digest,
    );
    for (const one of named) await setTag(scope, target, one, root);
  }
  return DONE;
}

/** A walk before this one may have set the tag; what somebody else has set, up to the very moment, is not moved. */
async function setTag(
  scope: ImportScope,
  target: ContentTarget,
  wanted: ImportTarget,
  root: SourceManifest,
): Promise<void> {
  if (wanted.tag === null) return;
  const named = await requireFree(scope, wanted);
  if (named === root.digest) return;
  try {
    await target.putManifest(wanted.tag, root, scope.signal);
  } catch (error) {
    throw error instanceof TagTaken ? inTheWay(wanted.repository, wanted.tag) : error;
  }
}

/** What the tag names now; without force that is nothing, or what is imported. */
async function requireFree(
  { content, registry, wanted, survey, signal }: ImportScope,
  { repository, tag: name }: ImportTarget,
): Promise<string | undefined> {
  if (name === null) return undefined;
  const named = await content.digestOf(registry, repository, name, signal);
  if (wanted.isForced || named === undefined || named === survey?.root.digest) return named;
  throw inTheWay(repository, name);
}

function inTheWay(repository: string, tag: string): PlanFailure {
  const { code, message } = tagExists(repository, tag);
  return new PlanFailure(code, message);
}

/** The tags bring it in: by its digest as well, it would be pushed twice. */
function exceptRoot(target: ContentTarget, { digest }: SourceManifest): ContentTarget {
  return {
    hasManifest: (wanted, signal) => target.hasManifest(wanted, signal),
    hasBlob: (wanted, signal) => target.hasBlob(wanted, signal),
    mountBlob: (wanted, from, signal) => target.mountBlob(wanted, from, signal),
    putBlob: (wanted, blob, signal) => target.putBlob(wanted, blob, signal),
    putManifest: (reference, manifest, signal) =>
      reference === digest ? Promise.resolve() : target.putManifest(reference, manifest, signal),
  };
}
