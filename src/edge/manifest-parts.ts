import { isDigest } from './v2-route.js';

/** A blob or manifest that a manifest refers to, and where the engine has it. */
export interface ManifestPart {
  readonly digest: string;
  readonly kind: 'blobs' | 'manifests';
}

/** What a manifest or index refers to, each once; nothing when the text is neither, since the engine is the judge of that. */
export function partsOf(manifest: Buffer): ManifestPart[] {
  const document = parsed(manifest);
  const parts = [
    ...[document.config, ...listOf(document.layers)].flatMap((part) => digestOf(part, 'blobs')),
    ...listOf(document.manifests).flatMap((part) => digestOf(part, 'manifests')),
  ];
  return [...new Map(parts.map((part) => [part.digest, part])).values()];
}

function parsed(manifest: Buffer): {
  readonly config?: unknown;
  readonly layers?: unknown;
  readonly manifests?: unknown;
} {
  try {
    return (JSON.parse(manifest.toString('utf8')) as object | null) ?? {};
  } catch {
    return {};
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function digestOf(descriptor: unknown, kind: ManifestPart['kind']): ManifestPart[] {
  const digest = (descriptor as { digest?: unknown } | null | undefined)?.digest;
  return typeof digest === 'string' && isDigest(digest) ? [{ digest, kind }] : [];
}
