import type { Platform } from './content.js';
import type { Reference } from './manifest-document.js';

/** The configs that say what an image runs on. */
const IMAGE_CONFIGS: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];
/** Those that are longer are not read: they would be held in memory for two words. */
const LIMIT_BYTES = 256 * 1024;
const NONE: Platform = { os: null, architecture: null };

/** What the config of an image says it runs on. */
export async function readPlatform(
  config: Reference | null,
  read: (limitBytes: number) => Promise<Buffer | undefined>,
): Promise<Platform> {
  if (!config || !IMAGE_CONFIGS.includes(config.mediaType) || config.sizeBytes > LIMIT_BYTES) return NONE;
  const bytes = await read(LIMIT_BYTES);
  if (!bytes) return NONE;
  try {
    const { os, architecture } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return { os: wordOf(os), architecture: wordOf(architecture) };
  } catch {
    return NONE;
  }
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : null;
}
