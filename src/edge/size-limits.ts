import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { OciError } from './oci-error.js';
import type { V2Route } from './v2-route.js';

const TOO_LARGE = 413;
/** In front of what engines say of an upload stands their signature of it. */
const SIGNATURE_BYTES = 32;

/** How large the parts of an image may be. */
@Injectable()
export class SizeLimits {
  constructor(private readonly config: Config) {}

  /**
   * How long the manifest that the request brings may be.
   * @throws OciError 413 when it says that it is longer.
   */
  forManifest({ headers }: IncomingMessage): number {
    const { manifestLimitBytes } = this.config;
    if (Number(headers['content-length'] ?? 0) > manifestLimitBytes) throw manifestTooLarge(manifestLimitBytes);
    return manifestLimitBytes;
  }

  /**
   * How many bytes the upload may still bring, after those that its engine has.
   * @param arrivedBytes as far as is known here; what the engine has signed is known better.
   */
  leftOfLayer(route: V2Route, arrivedBytes: number): number {
    return this.config.layerLimitBytes - (offsetIn(route.enginePath) ?? arrivedBytes);
  }

  /** @throws OciError 413 when it is too large. */
  requireLayer(sizeBytes: number): void {
    if (sizeBytes > this.config.layerLimitBytes) throw this.layerTooLarge();
  }

  /** @throws OciError 413 when it is too large. */
  requireManifest(sizeBytes: number): void {
    if (sizeBytes > this.config.manifestLimitBytes) throw manifestTooLarge(this.config.manifestLimitBytes);
  }

  layerTooLarge(): OciError {
    const { layerLimitBytes } = this.config;
    return new OciError(
      'SIZE_INVALID',
      `The layer is larger than ${layerLimitBytes} bytes, all its chunks together; divide it into smaller ones.`,
      { detail: { limitBytes: layerLimitBytes } },
    );
  }
}

export function manifestTooLarge(limitBytes: number): OciError {
  return new OciError(
    'MANIFEST_INVALID',
    `The manifest is larger than ${limitBytes} bytes; take out annotations or layers, or divide an index into several.`,
    { status: TOO_LARGE, detail: { limitBytes } },
  );
}

/**
 * How much of the upload the engine has, as it has put down in the address for the next request and will not take another;
 * undefined when it cannot be read.
 */
export function offsetIn(enginePath: string): number | undefined {
  const state = new URLSearchParams(enginePath.split('?', 2)[1]).get('_state') ?? '';
  try {
    const said: unknown = JSON.parse(Buffer.from(state, 'base64url').subarray(SIGNATURE_BYTES).toString('utf8'));
    const { Offset: offset } = said as { readonly Offset?: unknown };
    return Number.isSafeInteger(offset) ? Number(offset) : undefined;
  } catch {
    return undefined;
  }
}
