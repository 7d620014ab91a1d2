import type { Garbage } from '../content/garbage.js';
import type { ContentCause } from '../content/content-events.repository.js';
import type { ContentLists } from '../content/content-lists.js';
import { isDigest } from '../content/digest.js';
import { TagImmutable } from '../content/tag-immutable.js';
import type { SourceBlob, SourceManifest } from '../copying/content-source.js';
import type { ContentTarget } from '../copying/content-target.js';
import type { EngineClient } from '../data-plane/engine-client.js';
import type { DataPlane } from '../data-plane/data-plane.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { StorageFull } from '../usage/storage-full.js';
import { acquireEngine } from './acquire-engine.js';
import type { ContentLocks } from './content-locks.js';
import { immutableTag } from './oci-error.js';
import type { PushRecord, PushedManifest, PushedTo } from './push-record.js';
import { asDenied, type Room, type RoomEnd } from './room.js';
import type { Rooms } from './rooms.js';
import type { SizeLimits } from './size-limits.js';

/** What a target needs of the login servers. */
export interface Recording {
  readonly dataPlane: DataPlane;
  readonly engines: EngineClient;
  readonly record: PushRecord;
  readonly rooms: Rooms;
  readonly sizes: SizeLimits;
  readonly locks: ContentLocks;
  readonly lists: ContentLists;
  readonly garbage: Garbage;
}

/** Where images are put, and who has them put there. */
export interface RecordedPlace {
  readonly registry: RegistryEndpoint;
  readonly repository: string;
  readonly cause: ContentCause;
  /** Whether tags that name something else are moved; true unless told otherwise. */
  readonly movesTags?: boolean;
}

/**
 * A repository into which images are copied as if they were pushed: room is set aside before bytes flow, attributes of the
 * content hold pushes back, and what came is written down. Besides what every target throws: OciError, when a push would be
 * answered so; TagTaken, where tags are not moved.
 */
export class RecordedTarget implements ContentTarget {
  constructor(
    private readonly needs: Recording,
    private readonly engine: ContentTarget,
    private readonly place: RecordedPlace,
  ) {}

  /** What is not written down has to be put once more. */
  async hasManifest(digest: string, signal: AbortSignal): Promise<boolean> {
    const { registry, repository } = this.place;
    const known = await this.needs.lists.digestOf(registry.id, repository, digest);
    return known !== undefined && this.engine.hasManifest(digest, signal);
  }

  async hasBlob(digest: string, signal: AbortSignal): Promise<boolean> {
    await this.wanted(digest);
    return this.engine.hasBlob(digest, signal);
  }

  async mountBlob(digest: string, fromRepository: string, signal: AbortSignal): Promise<boolean> {
    await this.requireWritable('');
    await this.wanted(digest);
    if (!(await this.engine.mountBlob(digest, fromRepository, signal))) return false;
    await this.written(digest, undefined);
    return true;
  }

  async putBlob(digest: string, blob: SourceBlob, signal: AbortSignal): Promise<void> {
    const { rooms, sizes } = this.needs;
    try {
      sizes.requireLayer(blob.sizeBytes);
      await this.requireWritable('');
      await this.wanted(digest);
      await this.within(
        await rooms.forManifest(this.place.registry, [{ digest, sizeBytes: blob.sizeBytes }]),
        async (room) => {
          await this.engine.putBlob(digest, blob, signal);
          await this.written(digest, undefined, room);
        },
      );
    } finally {
      blob.body.destroy();
    }
  }

  async putManifest(reference: string, manifest: SourceManifest, signal: AbortSignal): Promise<void> {
    const { record, rooms, sizes } = this.needs;
    const { registry, repository } = this.place;
    const { bytes, mediaType: contentType, digest } = manifest;
    sizes.requireManifest(bytes.length);
    await this.requireWritable(reference, digest);
    const to = { registryId: registry.id, repository };
    const read = await this.withEngine((engine) => record.read(to, bytes, engine));
    await this.within(await rooms.forManifest(registry, [read.itself, ...read.parts]), async (room) => {
      const begunAt = record.now();
      const tag = isDigest(reference) ? null : reference;
      const put = () => this.engine.putManifest(reference, manifest, signal);
      const claim = tag !== null && this.place.movesTags === false ? put : undefined;
      if (!claim) await put();
      await this.written(digest, { ...read, contentType, tag, begunAt, claim }, room);
    });
  }

  /**
   * @param reference under which a manifest is to be put; empty when it is about blobs.
   * @throws OciError when attributes of the content hold it back, or the tag stays where it is.
   */
  async requireWritable(reference: string, digest = ''): Promise<void> {
    const { registry, repository } = this.place;
    await this.needs.locks.require(registry, 'push', repository, reference);
    if (digest !== '') await this.needs.locks.requireMovable(registry, repository, reference, digest);
  }

  private wanted(digest: string): Promise<void> {
    return this.needs.garbage.wanted(this.place.registry.id, digest);
  }

  private async within(room: Room, work: (room: Room) => Promise<void>): Promise<void> {
    let end: RoomEnd = 'refused';
    try {
      await work(room);
      end = 'stored';
    } finally {
      await this.needs.rooms.close(room, end);
    }
  }

  private async written(digest: string, manifest: PushedManifest | undefined, room?: Room): Promise<void> {
    const { registry, repository, cause } = this.place;
    const hold = room?.hold ?? this.needs.rooms.holdOf(registry);
    const push = { registryId: registry.id, repository, digest, cause, manifest };
    try {
      await this.withEngine((engine) => this.needs.record.write(push, engine, hold));
    } catch (error) {
      if (error instanceof TagImmutable) throw immutableTag(error.repository, error.tag);
      throw error instanceof StorageFull ? asDenied(error, registry) : error;
    }
  }

  private async withEngine<T>(work: (engine: PushedTo) => Promise<T>): Promise<T> {
    const lease = await acquireEngine(this.needs.dataPlane, this.place.registry);
    try {
      return await work({ engines: this.needs.engines, socketPath: lease.socketPath });
    } finally {
      lease.release();
    }
  }
}
