import type { ChangeableAttributes } from '../content/changeable-attributes.js';
import type { ManifestRecord, RepositoryRecord, TagRecord } from '../content/content-records.repository.js';

/** The shapes of the data plane's description, 2021-07-01. */

export function repositoryBody(registry: string, record: RepositoryRecord): object {
  return {
    registry,
    imageName: record.name,
    ...timesOf(record),
    manifestCount: record.manifestCount,
    tagCount: record.tagCount,
    // Not in the description; clients pass over it.
    size: Number(record.sizeBytes),
    changeableAttributes: attributesOf(record),
  };
}

export function tagBody(record: TagRecord): object {
  return {
    name: record.name,
    digest: record.digest,
    ...timesOf(record),
    signed: false,
    changeableAttributes: attributesOf(record),
  };
}

export function manifestBody(record: ManifestRecord): object {
  return {
    digest: record.digest,
    imageSize: Number(record.imageSizeBytes),
    ...timesOf(record),
    ...platformOf(record),
    mediaType: record.mediaType,
    ...(record.configMediaType === null ? {} : { configMediaType: record.configMediaType }),
    ...(record.artifactType === null ? {} : { artifactType: record.artifactType }),
    tags: record.tags,
    ...(record.parts.length === 0
      ? {}
      : { references: record.parts.map((part) => ({ digest: part.digest, ...platformOf(part) })) }),
    changeableAttributes: { ...attributesOf(record), ...quarantineOf(record) },
  };
}

/** Not in the description; the service whose API this is has it here. */
function quarantineOf({ quarantineState, quarantineDetails }: ManifestRecord): object {
  return {
    ...(quarantineState === null ? {} : { quarantineState }),
    ...(quarantineDetails === null ? {} : { quarantineDetails }),
  };
}

function timesOf({ createdAt, updatedAt }: { readonly createdAt: Date; readonly updatedAt: Date }): object {
  return { createdTime: createdAt.toISOString(), lastUpdateTime: updatedAt.toISOString() };
}

function platformOf({
  os,
  architecture,
}: {
  readonly os: string | null;
  readonly architecture: string | null;
}): object {
  return { ...(architecture === null ? {} : { architecture }), ...(os === null ? {} : { os }) };
}

function attributesOf({ deleteEnabled, writeEnabled, readEnabled, listEnabled }: ChangeableAttributes): object {
  return { deleteEnabled, writeEnabled, readEnabled, listEnabled };
}
