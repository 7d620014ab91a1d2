import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import type { EngineLease } from '../data-plane/data-plane.js';
import { isDigest } from '../content/digest.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { acquireEngine } from './acquire-engine.js';
import { EngineClient, EngineLost } from './engine-client.js';
import { requireNextChunk } from './chunk-order.js';
import { announcesBody, clientResponseHeaders, engineRequestHeaders } from './engine-headers.js';
import { isLargeAnswer, sendLargeAnswer } from './large-answer.js';
import { OciError, unavailable } from './oci-error.js';
import { PushRecord, type Push } from './push-record.js';
import { capture, type Capture } from './capture.js';
import { sendUpload } from './send-upload.js';
import { watchForQuiet } from './transfer.js';
import type { V2Route } from './v2-route.js';

/** An engine that has just died is noticed by the data plane a moment later. */
const RETRY_DELAYS_MS = [20, 200] as const;

export interface EngineCall {
  readonly registry: Pick<RegistryEndpoint, 'id' | 'name' | 'instanceName' | 'isContentIndexed'>;
  readonly route: V2Route;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Carries requests to the registries' engines and answers back, holding no body in memory. */
@Injectable()
export class EngineProxy implements OnApplicationShutdown {
  private readonly engines = new EngineClient();

  constructor(
    private readonly dataPlane: DataPlane,
    private readonly record: PushRecord,
  ) {}

  onApplicationShutdown(): void {
    this.engines.close();
  }

  /**
   * Settles when the answer has gone to the client, or the client has gone.
   * @throws OciError 503 when there is no engine to ask, and the error of the record when that could not be written; in
   * both cases nothing has been answered.
   */
  async forward(call: EngineCall): Promise<void> {
    const hasBody = call.route.takesBody && announcesBody(call.request);
    for (let attempt = 0; ; attempt++) {
      const lease = await acquireEngine(this.dataPlane, call.registry);
      try {
        return await this.exchange(call, lease, hasBody);
      } catch (error) {
        if (call.response.headersSent || call.response.destroyed) return void call.response.destroy();
        if (!(error instanceof EngineLost)) throw error;
        const retryDelayMs = RETRY_DELAYS_MS[attempt];
        // What was read of a body is gone.
        if (retryDelayMs === undefined || call.request.readableDidRead)
          throw unavailable(`The engine of registry '${call.registry.name}' went away; try again.`, error);
        await delay(retryDelayMs);
      } finally {
        lease.release();
      }
    }
  }

  private async exchange(call: EngineCall, { socketPath }: EngineLease, hasBody: boolean): Promise<void> {
    const { route, request, response } = call;
    await requireNextChunk(route, request, { engines: this.engines, socketPath });
    if (response.destroyed) return;
    const begunAt = this.record.now();
    const isBlob = route.kind === 'upload' || route.kind === 'uploads';
    const { sent, answer } = this.engines.open({
      socketPath,
      method: request.method ?? 'GET',
      path: route.enginePath,
      headers: engineRequestHeaders(request, { isSent: hasBody, isBlob }),
    });
    const giveUp = () => response.destroy();
    const abandon = () => sent.destroy();
    const stopWatching = watchForQuiet(call, giveUp);
    response.once('close', abandon);
    try {
      const manifest = hasBody && route.kind === 'manifest' ? capture(request) : undefined;
      if (hasBody) void sendBody(sent, call);
      else sent.end();
      const answered = await answer;
      if (answered.statusCode === 416) throw outOfRange(answered);
      const added = answered.statusCode === 201 ? await this.write(call, answered, socketPath, manifest, begunAt) : [];
      if (isDeleted(call, answered)) await this.record.deleted(manifestOf(call, route.last), begunAt);
      response.writeHead(answered.statusCode ?? 502, [...clientResponseHeaders(answered), ...added]);
      await (isLargeAnswer(answered, request) ? sendLargeAnswer(answered, response) : pipeline(answered, response));
    } finally {
      stopWatching();
      response.off('close', abandon);
      request.unpipe(sent);
      if (!sent.destroyed && !sent.writableEnded) sent.destroy();
    }
  }

  /** Answers what is to be added to the engine's headers. */
  private async write(
    { registry, route, request }: EngineCall,
    { headers }: IncomingMessage,
    socketPath: string,
    manifest: Capture | undefined,
    begunAt: Date,
  ): Promise<string[]> {
    const digest = String(headers['docker-content-digest'] ?? '');
    const bytes = manifest?.bytes();
    const contentType = request.headers['content-type'] ?? '';
    const tag = isDigest(route.last) ? null : route.last;
    try {
      const { subject } = await this.record.write(
        { ...manifestOf({ registry, route }, digest), manifest: bytes && { bytes, contentType, tag, begunAt } },
        { engines: this.engines, socketPath },
      );
      // A client that is told so leaves out the tag that would stand for it.
      return subject === null || !registry.isContentIndexed ? [] : ['OCI-Subject', subject];
    } catch (error) {
      throw unavailable(`What was pushed to registry '${registry.name}' could not be written down; push again.`, error);
    }
  }
}

function manifestOf({ registry, route }: Pick<EngineCall, 'registry' | 'route'>, digest: string): Push {
  return { registryId: registry.id, repository: route.name, digest };
}

/** What the engine does not have is not there either, whoever deleted it. */
function isDeleted({ route, request }: EngineCall, { statusCode }: IncomingMessage): boolean {
  return route.kind === 'manifest' && request.method === 'DELETE' && (statusCode === 202 || statusCode === 404);
}

/** The engine announces the length of the whole blob and sends a sentence, so that clients would see it break off. */
function outOfRange(answered: IncomingMessage): OciError {
  answered.destroy();
  const contentRange = answered.headers['content-range'];
  return new OciError('RANGE_INVALID', 'The blob has none of the bytes of the Range that was asked for.', {
    headers: contentRange === undefined ? {} : { 'Content-Range': contentRange },
  });
}

/** Touches the body only once the engine has taken the connection, so that until then another engine may be asked. */
async function sendBody(sent: ClientRequest, { route, request, response }: EngineCall): Promise<void> {
  const [socket] = sent.socket ? [sent.socket] : await once(sent, 'socket').catch(() => [undefined]);
  if (!socket || sent.destroyed) return;
  if (socket.connecting) await once(socket, 'connect').catch(() => undefined);
  if (sent.destroyed) return;
  if (request.headers.expect !== undefined) response.writeContinue();
  if (route.kind === 'manifest') request.pipe(sent);
  else sendUpload(request, sent);
}
