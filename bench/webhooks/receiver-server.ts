// A receiver of webhooks in a process of its own: takes every POST, and tells what it took at `/taken`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Taken } from './receiver.js';

const taken = new Set<string>();
/** Each receiver with each tag that it was told of. */
const told = new Set<string>();
/** The tag of which each receiver was told last, not counting what came a second time. */
const lastTags = new Map<string, string>();
let [count, refused, disordered] = [0, 0, 0];
let [firstAt, lastAt] = [0, 0];
let isAway = false;

/** Milliseconds of the machine's clock, finer than `Date.now()`; comparable with those of other processes. */
const now = () => performance.timeOrigin + performance.now();

function summary(): Taken {
  return { count, deliveries: taken.size, told: told.size, refused, disordered, firstAt, lastAt };
}

function take(request: IncomingMessage, response: ServerResponse): void {
  const at = now();
  const delivery = String(request.headers['berth-delivery'] ?? count);
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.once('end', () => {
    if (isAway) refused++;
    else {
      if (count++ === 0) firstAt = at;
      lastAt = at;
      if (!taken.has(delivery)) hear(request.url ?? '', /"tag":"([^"]*)"/.exec(body)?.[1] ?? '');
      taken.add(delivery);
    }
    response.writeHead(isAway ? 503 : 200).end();
  });
}

function hear(receiver: string, tag: string): void {
  told.add(`${receiver} ${tag}`);
  if ((lastTags.get(receiver) ?? '') > tag) disordered++;
  lastTags.set(receiver, tag);
}

const CONTROLS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/taken': (response) => response.end(JSON.stringify(summary())),
  '/forget': (response) => {
    for (const known of [taken, told, lastTags]) known.clear();
    [count, refused, disordered, firstAt, lastAt] = [0, 0, 0, 0, 0];
    response.end();
  },
  '/leave': (response) => {
    isAway = true;
    response.end();
  },
  '/return': (response) => {
    isAway = false;
    response.end();
  },
};

const server = createServer((request, response) => {
  const control = request.method === 'GET' ? CONTROLS[request.url ?? ''] : undefined;
  if (control) control(response);
  else take(request, response);
});
server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
process.once('SIGTERM', () => process.exit(0));
