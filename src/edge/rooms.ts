import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { StorageLimit } from '../usage/storage-limit.js';
import type { StoredSize } from '../usage/stored-blobs.repository.js';
import type { Hold } from '../usage/storage-reservations.repository.js';
import { announcesBody } from './engine-headers.js';
import { asDenied, nextStep, Room, type RoomEnd, type UploadLength } from './room.js';
import { SizeLimits } from './size-limits.js';
import type { V2Route } from './v2-route.js';

/** For how long room that was set aside is sure to be there. Shorter than a reservation lasts, and its renewal takes. */
const SURE_FOR_MS = 120_000;

type Owner = Pick<RegistryEndpoint, 'id' | 'name' | 'sku'>;

interface Arrived {
  readonly bytes: number;
  readonly atMs: number;
}

/** Has room set aside for what is pushed, before it flows. */
@Injectable()
export class Rooms {
  /** What of uploads has come through this process. Only saves work: the reservation remembers it too. */
  private readonly arrived = new LRUCache<string, Arrived>({ max: 20_000 });
  private readonly flowing = new WeakMap<Room, () => void>();

  constructor(
    private readonly limit: StorageLimit,
    private readonly sizes: SizeLimits,
  ) {}

  /** What is counted when it comes without room of its own: a mount. */
  holdOf(registry: Owner, holder = ''): Hold {
    return { registryId: registry.id, holder, limitBytes: this.limit.limitOf(registry.sku) };
  }

  /**
   * For a PATCH or a PUT of an upload.
   * @throws OciError 403 when there is none, and 413 for too large a layer; what the upload had set aside is given back.
   */
  async forUpload(registry: Owner, route: V2Route, request: IncomingMessage): Promise<Room> {
    const hold = this.holdOf(registry, route.last);
    const arrived = this.arrived.get(keyOf(hold));
    const announcedBytes = announcedBy(request);
    const mostBytes = this.sizes.leftOfLayer(route, arrived?.bytes ?? 0);
    if ((announcedBytes ?? 0) > mostBytes) {
      await this.givenUp(registry, route);
      throw this.sizes.layerTooLarge();
    }
    const isSure = arrived !== undefined && performance.now() - arrived.atMs < SURE_FOR_MS;
    if (isSure && announcedBytes === 0)
      return this.opened(registry, hold, { arrivedBytes: arrived.bytes, announcedBytes, spareBytes: 0, mostBytes });
    // Of an upload of which something may have arrived, the digest is not that of this body.
    const isWhole = arrived?.bytes === 0 && announcedBytes !== undefined && announcedBytes > 0;
    const digest = isWhole ? digestOf(route) : '';
    const { arrivedBytes, spareBytes } = await this.reserved(registry, hold, {
      blobs: [{ digest, sizeBytes: announcedBytes ?? 0 }],
      arrivedBytes: arrived?.bytes,
      spareBytes: announcedBytes === undefined ? nextStep(0) : 0,
    });
    return this.opened(registry, hold, { arrivedBytes, announcedBytes, spareBytes, mostBytes });
  }

  /**
   * For a manifest, with those of its blobs that were never counted.
   * @throws OciError 403 when there is none.
   */
  async forManifest(registry: Owner, blobs: readonly StoredSize[]): Promise<Room> {
    const hold = this.holdOf(registry, randomUUID());
    await this.reserved(registry, hold, { blobs });
    return this.opened(registry, hold, { arrivedBytes: 0, announcedBytes: 0, spareBytes: 0, mostBytes: 0 });
  }

  /** Gives back what is not needed any more. What was stored has given it back already. */
  async close(room: Room, end: RoomEnd): Promise<void> {
    this.flowing.get(room)?.();
    const key = keyOf(room.hold);
    this.arrived.delete(key);
    if (end === 'kept') this.arrived.set(key, { bytes: room.arrivedBytes, atMs: performance.now() });
    if (end === 'broken') await this.limit.release(room.hold, room.arrivedBytes);
    if (end === 'refused') await this.limit.release(room.hold, room.earlierBytes);
  }

  /** An upload begins, of which nothing has arrived. */
  begun(registry: Owner, upload: string): void {
    this.arrived.set(keyOf(this.holdOf(registry, upload)), { bytes: 0, atMs: performance.now() });
  }

  /** The client has given up the upload. */
  async givenUp(registry: Owner, { last }: V2Route): Promise<void> {
    const hold = this.holdOf(registry, last);
    this.arrived.delete(keyOf(hold));
    await this.limit.release(hold, 0);
  }

  private opened(registry: Owner, hold: Hold, length: Omit<UploadLength, 'tooLarge'>): Room {
    const tooLarge = () => this.sizes.layerTooLarge();
    const room = new Room(this.limit, registry, hold, { ...length, tooLarge });
    this.flowing.set(room, this.limit.flows(hold));
    return room;
  }

  private async reserved(registry: Owner, hold: Hold, wanted: Parameters<StorageLimit['reserve']>[1]) {
    try {
      return await this.limit.reserve(hold, wanted);
    } catch (error) {
      this.arrived.delete(keyOf(hold));
      await this.limit.release(hold, 0);
      throw asDenied(error, registry);
    }
  }
}

function keyOf({ registryId, holder }: Hold): string {
  return `${registryId} ${holder}`;
}

/** Undefined when the body ends where it ends. */
function announcedBy(request: IncomingMessage): number | undefined {
  if (!announcesBody(request)) return 0;
  return request.headers['transfer-encoding'] === undefined ? Number(request.headers['content-length']) : undefined;
}

/** Empty where the request does not say. */
function digestOf({ enginePath }: V2Route): string {
  return new URLSearchParams(enginePath.split('?')[1]).get('digest') ?? '';
}
