import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { connectToEngine } from './engine-socket.js';

/** Connections to one engine that are kept for the next request. */
const KEPT_PER_ENGINE = 16;

export interface EngineRequest {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

export interface Head {
  readonly status: number;
  /** The length that the body of a GET would have. */
  readonly bytes: number;
  readonly digest: string;
}

interface SmallBody {
  readonly body?: Buffer;
  readonly contentType?: string;
}

/** The engine went away, or could not be reached, before it had said anything. */
export class EngineLost extends Error {}

class EngineAgent extends Agent {
  override createConnection({ path }: { readonly path?: string }): Socket {
    return connectToEngine(path ?? '');
  }
}

/** Plain HTTP to the engines' unix sockets, over connections that are kept open. */
export class EngineClient {
  private readonly agent = new EngineAgent({ keepAlive: true, maxFreeSockets: KEPT_PER_ENGINE });

  /** A request whose body is still to be written, and what the engine will answer. Never a default timeout. */
  open(engineRequest: EngineRequest): { readonly sent: ClientRequest; readonly answer: Promise<IncomingMessage> } {
    const sent = request({ ...engineRequest, agent: this.agent });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', (cause) => reject(new EngineLost(`The engine did not answer: ${cause.message}`, { cause })));
    });
    return { sent, answer };
  }

  /** What a HEAD request tells of a blob or manifest. */
  async head(socketPath: string, path: string): Promise<Head> {
    const headers = { host: 'engine', accept: EVERY_MANIFEST };
    const { sent, answer } = this.open({ socketPath, method: 'HEAD', path, headers });
    sent.end();
    const { statusCode = 0, headers: answered } = (await answer).resume();
    return {
      status: statusCode,
      bytes: Number(answered['content-length'] ?? Number.NaN),
      digest: String(answered['docker-content-digest'] ?? ''),
    };
  }

  /** The status of a request with this body, or none. */
  async send({ body, contentType, ...engineRequest }: Omit<EngineRequest, 'headers'> & SmallBody): Promise<number> {
    const headers = body ? { 'content-type': contentType, 'content-length': body.length } : {};
    const { sent, answer } = this.open({ ...engineRequest, headers: { host: 'engine', ...headers } });
    sent.end(body);
    return (await answer).resume().statusCode ?? 0;
  }

  /** The body of what the engine has there; undefined when it has not, or when that is longer than `limitBytes`. */
  async read(socketPath: string, path: string, limitBytes: number): Promise<Buffer | undefined> {
    const { sent, answer } = this.open({ socketPath, method: 'GET', path, headers: { host: 'engine' } });
    sent.end();
    const answered = await answer;
    if (answered.statusCode !== 200 || !(Number(answered.headers['content-length']) <= limitBytes)) {
      answered.destroy();
      return undefined;
    }
    return Buffer.concat((await answered.toArray()) as Buffer[]);
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Without these the engine says that it does not know manifests that it has. */
export const EVERY_MANIFEST = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
