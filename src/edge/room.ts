import type { RegistryEndpoint } from '../registries/login-servers.js';
import { StorageFull } from '../usage/storage-full.js';
import type { StorageLimit } from '../usage/storage-limit.js';
import type { Hold } from '../usage/storage-reservations.repository.js';
import { OciError } from './oci-error.js';

/** Room for a body of unknown length grows by as much as has come, within these. */
const FIRST_STEP_BYTES = 32 * 1024 ** 2;
const LARGEST_STEP_BYTES = 256 * 1024 ** 2;

/** What became of what a request brought. Only an upload can be `kept`: it goes on with another request. */
export type RoomEnd = 'stored' | 'kept' | 'refused' | 'broken';

/** How much of its room an upload has used. */
export interface UploadLength {
  /** Before this request. */
  readonly arrivedBytes: number;
  /** With this request; undefined: as many as come. */
  readonly announcedBytes: number | undefined;
  /** Room for those that come, where it is not known how many. */
  readonly spareBytes: number;
  /** That may come with this request, whatever room there is; `tooLarge` says so to whoever brings more. */
  readonly mostBytes: number;
  readonly tooLarge: () => Error;
}

/** Room in a registry for what one request brings. */
export class Room {
  private cameBytes = 0;
  private roomBytes: number;
  /** Why there is no room for the rest. */
  refusal: Error | undefined;

  constructor(
    private readonly limit: StorageLimit,
    private readonly registry: Pick<RegistryEndpoint, 'name' | 'sku'>,
    readonly hold: Hold,
    private readonly length: UploadLength,
  ) {
    this.roomBytes = length.spareBytes;
  }

  /** Bytes have come, which may go on when this is true; else `grow` has to be asked first. */
  take(bytes: number): boolean {
    if (this.length.announcedBytes !== undefined) return true;
    this.cameBytes += bytes;
    if (this.cameBytes > this.length.mostBytes) this.refusal = this.length.tooLarge();
    if (this.refusal) return false;
    return this.cameBytes <= this.roomBytes;
  }

  /** Sets room aside for what has come, and for some more. False when there is none, and `refusal` says why. */
  async grow(): Promise<boolean> {
    if (this.refusal) return false;
    try {
      const { spareBytes } = await this.limit.reserve(this.hold, {
        blobs: [{ digest: '', sizeBytes: this.cameBytes }],
        arrivedBytes: this.length.arrivedBytes,
        spareBytes: nextStep(this.cameBytes),
      });
      this.roomBytes = this.cameBytes + spareBytes;
      return true;
    } catch (error) {
      this.refusal = asDenied(error, this.registry);
      return false;
    }
  }

  get arrivedBytes(): number {
    return this.length.arrivedBytes + (this.length.announcedBytes ?? this.cameBytes);
  }

  /** What the upload had before; nothing, when it has been given up. */
  get earlierBytes(): number {
    return this.refusal ? 0 : this.length.arrivedBytes;
  }
}

/** Whether that is what `asDenied` makes of a shortage. */
export function isShortage(error: unknown): boolean {
  return error instanceof OciError && error.code === 'DENIED' && Object.hasOwn(error.detail ?? {}, 'limitBytes');
}

export function nextStep(cameBytes: number): number {
  return Math.min(Math.max(cameBytes, FIRST_STEP_BYTES), LARGEST_STEP_BYTES);
}

/** A shortage of room as clients are told of it; any other error as it is. */
export function asDenied(error: unknown, { name, sku }: Pick<RegistryEndpoint, 'name' | 'sku'>): Error {
  if (!(error instanceof StorageFull)) return error instanceof Error ? error : new Error(String(error));
  const { usedBytes, limitBytes, neededBytes } = error.shortage;
  return new OciError(
    'DENIED',
    `The registry '${name}' has no room for ${neededBytes} bytes more: it stores or is taking in ${usedBytes} of at most ${limitBytes} bytes. ` +
      `Delete images that nobody needs, whose layers are freed after a while, or change to a SKU above ${sku} that holds more.`,
    { detail: { usedBytes, limitBytes, neededBytes } },
  );
}
