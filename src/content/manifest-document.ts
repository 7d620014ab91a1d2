import { isDigest } from './digest.js';

/** A blob or manifest that a manifest refers to, and where the engine has it. */
export interface Reference {
  readonly digest: string;
  readonly kind: 'blobs' | 'manifests';
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Of a manifest in an index, where that says. */
  readonly os: string | null;
  readonly architecture: string | null;
}

/** What the text of a manifest or an index says. */
export interface ManifestDocument {
  readonly mediaType: string | null;
  /** Its own, or that of its config, as the specification has it. */
  readonly artifactType: string | null;
  readonly config: Reference | null;
  readonly annotations: Readonly<Record<string, string>> | null;
  readonly subject: string | null;
  /** Each digest once, the config first. */
  readonly references: readonly Reference[];
  readonly imageSizeBytes: number;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a manifest. What makes no sense in it is left out, since the engine is the judge of that. */
export function readManifest(manifest: Buffer): ManifestDocument {
  const document = parsed(manifest);
  const [config = null] = referenceTo(document['config'], 'blobs');
  const blobs = [
    ...(config ? [config] : []),
    ...listOf(document['layers']).flatMap((part) => referenceTo(part, 'blobs')),
  ];
  const children = listOf(document['manifests']).flatMap((part) => referenceTo(part, 'manifests'));
  const references = firstsOf([...blobs, ...children]);
  const inBlobs = references.filter(({ kind }) => kind === 'blobs');
  return {
    mediaType: textOf(document['mediaType']),
    artifactType: textOf(document['artifactType']) ?? config?.mediaType ?? null,
    config,
    annotations: annotationsOf(document['annotations']),
    subject: referenceTo(document['subject'], 'manifests')[0]?.digest ?? null,
    references,
    imageSizeBytes: inBlobs.length > 0 ? inBlobs.reduce((sum, part) => sum + part.sizeBytes, 0) : manifest.length,
  };
}

function parsed(manifest: Buffer): Json {
  try {
    return objectOf(JSON.parse(manifest.toString('utf8')));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function firstsOf(references: readonly Reference[]): Reference[] {
  const byDigest = new Map<string, Reference>();
  for (const reference of references) if (!byDigest.has(reference.digest)) byDigest.set(reference.digest, reference);
  return [...byDigest.values()];
}

function textOf(value: unknown): string | null {
  return isStorable(value) && value !== '' ? value : null;
}

/** PostgreSQL stores neither NUL nor half a character. */
function isStorable(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value);
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> | null {
  const entries = Object.entries(objectOf(value)).filter((entry): entry is [string, string] => entry.every(isStorable));
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

function referenceTo(descriptor: unknown, kind: Reference['kind']): Reference[] {
  const { digest, mediaType, size, platform } = objectOf(descriptor);
  if (typeof digest !== 'string' || !isDigest(digest)) return [];
  const { os, architecture } = objectOf(platform);
  return [
    {
      digest,
      kind,
      mediaType: textOf(mediaType) ?? '',
      sizeBytes: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : 0,
      os: textOf(os),
      architecture: textOf(architecture),
    },
  ];
}
