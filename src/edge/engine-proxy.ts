import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import type { EngineLease } from '../data-plane/data-plane.js';
import type { ContentCause } from '../content/content-events.repository.js';
import { isDigest } from '../content/digest.js';
import { TagImmutable } from '../content/tag-immutable.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { StorageFull } from '../usage/storage-full.js';
import { acquireEngine } from './acquire-engine.js';
import { EngineClient, EngineLost } from '../data-plane/engine-client.js';
import { requireNextChunk } from './chunk-order.js';
import { ContentLocks } from './content-locks.js';
import { isBegun, isGivenUp, outOfRange, requireDone, requireWell } from './engine-answers.js';
import { announcesBody, clientResponseHeaders, engineRequestHeaders } from './engine-headers.js';
import { EngineIll } from './ill-engines.js';
import { isLargeAnswer, sendLargeAnswer } from './large-answer.js';
import { sendBody, type Load } from './load.js';
import { immutableTag, OciError, unavailable } from './oci-error.js';
import { promptAnswer } from './prompt-answer.js';
import { PushRecord, type Push, type PushedTo, type ReadManifest } from './push-record.js';
import { captureManifest } from './capture.js';
import { MissingParts } from './missing-parts.js';
import { couldBeElsewhere, mayBeElsewhere, ReadThrough, servedBy, unknownEverywhere } from './read-through.js';
import { isAway, Regions, type RegionEngine } from './regions.js';
import { asDenied, type Room, type RoomEnd } from './room.js';
import { Rooms } from './rooms.js';
import { SizeLimits } from './size-limits.js';
import { watchForQuiet } from './transfer.js';
import { headersInRegion, placeOf, regionHeaders } from './upload-region.js';
import type { V2Route } from './v2-route.js';

/** An engine that has just died is noticed by the data plane a moment later. */
const RETRY_DELAYS_MS = [20, 200] as const;

export interface EngineCall {
  readonly registry: Pick<
    RegistryEndpoint,
    'id' | 'name' | 'sku' | 'instanceName' | 'isContentIndexed' | 'hasContentLocks'
  >;
  readonly cause: ContentCause;
  readonly servedIn: string | undefined;
  readonly servedInZone: number;
  readonly elsewhere: readonly RegionEngine[];
  readonly route: V2Route;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What has become of a request's load when the engine answers so; anything else is a refusal. */
const ENDS: Readonly<Record<number, RoomEnd>> = { 201: 'stored', 202: 'kept' };

/** What came of asking an engine: another one may have it, or the same may take it now. */
type Exchanged = 'answered' | 'elsewhere' | 'again';

/** Carries requests to the registries' engines and answers back, holding no body in memory. */
@Injectable()
export class EngineProxy implements OnApplicationShutdown {
  private readonly engines = new EngineClient();

  constructor(
    private readonly dataPlane: DataPlane,
    private readonly record: PushRecord,
    private readonly rooms: Rooms,
    private readonly sizes: SizeLimits,
    private readonly locks: ContentLocks,
    private readonly regions: Regions,
    private readonly readThrough: ReadThrough,
    private readonly parts: MissingParts,
  ) {}

  onApplicationShutdown(): void {
    this.engines.close();
  }

  /**
   * Settles when the answer has gone to the client, or the client has gone.
   * @throws OciError 503 when there is no engine to ask, 403 when there is no room for what is pushed, 413 when that is too
   * large, and the error of the record when that could not be written; in all cases nothing has been answered.
   */
  async forward(call: EngineCall): Promise<void> {
    const { route, request, response } = call;
    const hasBody = route.takesBody && announcesBody(request);
    let load: Load | undefined;
    try {
      const manifest =
        hasBody && route.kind === 'manifest' ? await captureManifest(call, this.sizes.forManifest(request)) : undefined;
      load = { hasBody, manifest, room: undefined, end: 'refused', isCompleted: false };
      if (route.kind === 'upload' && route.takesBody) load.room = await this.roomFor(call);
      await this.askRegions(call, load);
    } catch (error) {
      if (response.headersSent || response.destroyed) return void response.destroy();
      throw error;
    } finally {
      if (load) await this.leave(load);
    }
  }

  private async leave(load: Load): Promise<void> {
    const { room } = load;
    load.room = undefined;
    if (room) await this.rooms.close(room, load.end);
  }

  /** What can be read elsewhere is asked of the other regions when the first does not have it, or is lost meanwhile. */
  private async askRegions(call: EngineCall, load: Load): Promise<void> {
    let lost: unknown;
    for (const asked of [call, ...call.elsewhere.map((engine) => servedBy(call, engine))])
      try {
        if (!(await this.askEngines(asked, load))) continue;
        return asked === call
          ? undefined
          : this.regions.readThrough(call.response.statusCode < 400 ? 'found' : 'unknown');
      } catch (error) {
        if (isAway(error)) this.regions.failed(asked.registry.instanceName, error);
        if (!isAway(error) || !mayBeElsewhere(call) || call.response.headersSent) throw error;
        lost = error;
      }
    this.regions.readThrough(lost === undefined ? 'unknown' : 'unreachable');
    throw lost ?? unknownEverywhere(call);
  }

  /** False when other regions are to be asked. */
  private async askEngines(call: EngineCall, load: Load): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      const lease = await acquireEngine(this.dataPlane, call.registry);
      try {
        const exchanged = await this.exchange(call, lease, load);
        if (exchanged !== 'again') return exchanged === 'answered';
      } catch (error) {
        if (error instanceof EngineIll)
          throw unavailable(
            `The engine of registry '${call.registry.name}' does not answer as it should; try again.`,
            error,
          );
        const retryDelayMs = RETRY_DELAYS_MS[attempt];
        const isOver = call.response.headersSent || call.response.destroyed;
        if (!(error instanceof EngineLost) || isOver) throw error;
        // What was read of a body is gone.
        if (retryDelayMs === undefined || load.end === 'broken')
          throw unavailable(`The engine of registry '${call.registry.name}' went away; try again.`, error);
        await delay(retryDelayMs);
      } finally {
        lease.release();
      }
    }
  }

  private async exchange(call: EngineCall, { socketPath }: EngineLease, load: Load): Promise<Exchanged> {
    const { route, request, response } = call;
    const engine = { engines: this.engines, socketPath };
    const read = load.manifest && (await this.record.read(manifestOf(call, ''), load.manifest, engine));
    if (read) await this.locks.requireMovable(call.registry, route.name, route.last, read.itself.digest);
    if (read) load.room ??= await this.rooms.forManifest(call.registry, [read.itself, ...read.parts]);
    await requireNextChunk(route, request, engine);
    if (response.destroyed) return 'answered';
    const manifest = read && { ...read, begunAt: this.record.now() };
    const isBlob = route.kind === 'upload' || route.kind === 'uploads';
    const asked = this.engines.open({
      socketPath,
      method: request.method ?? 'GET',
      path: route.enginePath,
      headers: engineRequestHeaders(request, { isSent: load.hasBody, isBlob }),
    });
    const { sent, answer } = asked;
    const giveUp = () => response.destroy();
    const abandon = () => sent.destroy();
    const stopWatching = watchForQuiet(call, giveUp);
    response.once('close', abandon);
    try {
      if (load.hasBody) void sendBody(sent, call, load);
      else sent.end();
      const isPrompt = couldBeElsewhere(call, load.hasBody);
      const answered = await (isPrompt ? promptAnswer(asked, this.regions.answerLimitMs) : answer);
      requireDone(request, answered, load);
      if (isPrompt) requireWell(answered);
      if (call.servedIn !== undefined) this.regions.answered(call.registry.instanceName, answered);
      if (answered.statusCode === 404 && mayBeElsewhere(call) && (await this.readThrough.isKnown(call))) {
        answered.resume();
        return 'elsewhere';
      }
      if (answered.statusCode === 400 && read && (await this.complete(call, read, load))) {
        answered.resume();
        return 'again';
      }
      if (answered.statusCode === 416) throw outOfRange(answered);
      if (load.room?.refusal) {
        await this.undo(answered.resume(), load, socketPath);
        throw load.room.refusal;
      }
      const added = answered.statusCode === 201 ? await this.write(call, answered, engine, load, manifest) : [];
      load.end = ENDS[answered.statusCode ?? 0] ?? 'refused';
      if (isBegun(call, answered)) this.rooms.begun(call.registry, String(answered.headers['docker-upload-uuid']));
      if (isGivenUp(call, answered)) await this.rooms.givenUp(call.registry, route);
      // Before the client knows of its refusal, and comes again.
      await this.leave(load);
      for (const [name, value] of Object.entries(regionHeaders(call))) response.setHeader(name, value);
      const headers = headersInRegion(clientResponseHeaders(answered), placeOf(call));
      response.writeHead(answered.statusCode ?? 502, [...headers, ...added]);
      await (isLargeAnswer(answered, request) ? sendLargeAnswer(answered, response) : pipeline(answered, response));
      return 'answered';
    } finally {
      stopWatching();
      response.off('close', abandon);
      if (!sent.destroyed && !sent.writableEnded) sent.destroy();
    }
  }

  /** Whether it is worth while to push the manifest again, since more of what it refers to is there now. */
  private async complete(call: EngineCall, { document }: ReadManifest, load: Load): Promise<boolean> {
    if (call.elsewhere.length === 0 || load.isCompleted) return false;
    load.isCompleted = true;
    if (!(await this.parts.bring(call, document))) return false;
    load.end = 'refused';
    return true;
  }

  /** @throws OciError 403 when there is none; what the upload brought before is removed. */
  private async roomFor({ registry, route, request }: EngineCall): Promise<Room> {
    try {
      return await this.rooms.forUpload(registry, route, request);
    } catch (error) {
      const lease = error instanceof OciError ? await acquireEngine(this.dataPlane, registry) : undefined;
      if (lease) await this.discard(lease.socketPath, route.enginePath).finally(() => lease.release());
      throw error;
    }
  }

  /** The engine has a part of an upload for the rest of which there is no room. */
  private async undo({ headers, statusCode }: IncomingMessage, load: Load, socketPath: string): Promise<void> {
    load.end = 'refused';
    const { pathname, search } = new URL(headers.location ?? '', 'http://engine');
    if (statusCode === 202) await this.discard(socketPath, `${pathname}${search}`);
  }

  /** What stays is removed with other uploads that nobody goes on with. */
  private async discard(socketPath: string, path: string): Promise<void> {
    await this.engines.send({ socketPath, method: 'DELETE', path }).catch(() => undefined);
  }

  /** Answers what is to be added to the engine's headers. */
  private async write(
    { registry, cause, route, request }: EngineCall,
    { headers }: IncomingMessage,
    engine: PushedTo,
    { room }: Load,
    manifest: (ReadManifest & { readonly begunAt: Date }) | undefined,
  ): Promise<string[]> {
    const digest = String(headers['docker-content-digest'] ?? '');
    const contentType = request.headers['content-type'] ?? '';
    const tag = isDigest(route.last) ? null : route.last;
    const hold = room?.hold ?? this.rooms.holdOf(registry);
    try {
      const { subject } = await this.record.write(
        { ...manifestOf({ registry, cause, route }, digest), manifest: manifest && { ...manifest, contentType, tag } },
        engine,
        hold,
      );
      // A client that is told so leaves out the tag that would stand for it.
      return subject === null || !registry.isContentIndexed ? [] : ['OCI-Subject', subject];
    } catch (error) {
      if (error instanceof StorageFull) throw asDenied(error, registry);
      if (error instanceof TagImmutable) throw immutableTag(error.repository, error.tag);
      throw unavailable(`What was pushed to registry '${registry.name}' could not be written down; push again.`, error);
    }
  }
}

function manifestOf(
  { registry, cause, route }: Pick<EngineCall, 'registry' | 'cause' | 'route'>,
  digest: string,
): Push {
  return { registryId: registry.id, repository: route.name, digest, cause };
}
