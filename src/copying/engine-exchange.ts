import { addAbortListener } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DataPlane } from '../data-plane/data-plane.js';
import type { EngineClient } from '../data-plane/engine-client.js';

/** For how long a connection may be idle while something is asked: as long as login servers give their clients. */
const IDLE_MS = 60_000;

export interface EngineQuestion {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** A stream is destroyed when the engine does not want all of it. */
  readonly body?: Buffer | Readable;
}

export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Such as `DIGEST_INVALID`. */
  readonly errorCodes: readonly string[];
}

/** Requests to the engine of one instance, each over a lease of its own that is held until the answer has been read. */
export class EngineExchange {
  constructor(
    private readonly dataPlane: DataPlane,
    private readonly client: EngineClient,
    private readonly instanceName: string,
    private readonly idleMs = IDLE_MS,
  ) {}

  /**
   * The answer, whose body has to be read to its end, or destroyed.
   * @throws EngineLost when the engine went away or nothing moved, InstanceMissing, EngineUnavailable; the reason of `signal`.
   */
  async ask({ body, headers, ...question }: EngineQuestion, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const lease = await this.dataPlane.acquire(this.instanceName);
    if (signal.aborted) lease.release();
    signal.throwIfAborted();
    const request = { ...question, socketPath: lease.socketPath, headers: { host: 'engine', ...headers } };
    const { sent, answer } = this.client.open(request);
    const given = addAbortListener(signal, () => sent.destroy());
    sent.setTimeout(this.idleMs, () => sent.destroy(new Error(`nothing moved for ${this.idleMs / 1_000} s`)));
    sent.once('close', () => {
      given[Symbol.dispose]();
      lease.release();
    });
    if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
    // What goes wrong with it ends the request, which says so.
    else void pipeline(body, sent).catch(() => undefined);
    try {
      const answered = await answer;
      if (body !== undefined && !Buffer.isBuffer(body) && !body.readableEnded) body.destroy();
      return answered;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  /** Like `ask`, for answers of which the head is enough. */
  async tell(question: EngineQuestion, signal: AbortSignal): Promise<EngineAnswer> {
    const answer = await this.ask(question, signal);
    const { statusCode: status = 0, headers } = answer;
    if (status < 400) answer.resume();
    const text = status < 400 ? '' : Buffer.concat((await answer.toArray({ signal })) as Buffer[]).toString();
    return { status, headers, errorCodes: [...text.matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code) };
  }
}
