import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basic, OciClient } from './oci-client.js';
import { otherRegistry, READER, type OtherRegistry } from './other-registry.js';

/** A real registry that cache rules follow, and all that it is asked for. */
export interface FollowedRegistry extends Pick<OtherRegistry, 'kill' | 'start' | 'close'> {
  /** Where rules find it: `127.0.0.1:<port>`. */
  readonly host: string;
  /** The same registry under another address, where nobody counts what is asked. */
  readonly behind: string;
  /** To push there. */
  readonly client: OciClient;
  /** What was asked since this was asked last, such as `GET /v2/a/manifests/v1`; what was refused with 401 left out. */
  asked(): string[];
  /** Answers with this status from now on, instead of asking the registry; undefined: no more. */
  answerWith(status: number | undefined): void;
  /** Keeps requests that match waiting, until what it answers is called. */
  hold(pattern: RegExp): () => void;
  /** Answers requests that match by half, and waits with the rest until what it answers is called. */
  halve(pattern: RegExp): () => void;
}

export async function followedRegistry(options: { readonly hasUsers?: boolean } = {}): Promise<FollowedRegistry> {
  const other = await otherRegistry(options);
  let log: string[] = [];
  let status: number | undefined;
  interface Held {
    readonly pattern: RegExp;
    readonly until: Promise<void>;
  }
  let held: Held | undefined;
  let halved: Held | undefined;

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = `${incoming.method} ${incoming.url}`;
    if (status !== undefined) {
      log.push(asked);
      const errors = [{ code: 'TOOMANYREQUESTS', message: 'enough for today' }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
      return;
    }
    if (held?.pattern.test(asked)) await held.until;
    const { method, url: path, headers } = incoming;
    const sent = request(`http://${other.host}${path}`, { method, headers }, (answer) => {
      if (answer.statusCode !== 401) log.push(asked);
      const { location, ...rest } = answer.headers;
      const relative = location === undefined ? {} : { location: location.replace(/^https?:\/\/[^/]+/, '') };
      response.writeHead(answer.statusCode ?? 500, { ...rest, ...relative });
      if (halved?.pattern.test(asked)) void inHalves(answer, response, halved.until);
      else answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    incoming.pipe(sent);
  }

  const server: Server = createServer((incoming, response) => void forward(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const login = options.hasUsers ? basic(READER.username, READER.password) : undefined;
  const client = new OciClient(`http://${host}`, '', login);
  return {
    host,
    behind: other.host,
    client,
    kill: () => other.kill(),
    start: () => other.start(),
    asked() {
      const asked = log.toSorted();
      log = [];
      return asked;
    },
    answerWith(next) {
      status = next;
    },
    hold(pattern) {
      let release: () => void = () => undefined;
      held = { pattern, until: new Promise((resolve) => (release = resolve)) };
      return () => {
        held = undefined;
        release();
      };
    },
    halve(pattern) {
      let release: () => void = () => undefined;
      halved = { pattern, until: new Promise((resolve) => (release = resolve)) };
      return () => {
        halved = undefined;
        release();
      };
    },
    async close() {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await other.close();
    },
  };
}

async function inHalves(answer: IncomingMessage, response: ServerResponse, until: Promise<void>): Promise<void> {
  const body = Buffer.concat((await answer.toArray()) as Buffer[]);
  response.write(body.subarray(0, body.length / 2));
  await until;
  response.end(body.subarray(body.length / 2));
}
