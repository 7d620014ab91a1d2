// A receiver of webhooks in a process of its own: takes every POST, and tells what it took at `/taken`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Taken } from './receiver.js';

const taken = new Set<string>();
let count = 0;
let [firstAt, lastAt] = [0, 0];
let isAway = false;

/** Milliseconds of the machine's clock, finer than `Date.now()`; comparable with those of other processes. */
const now = () => performance.timeOrigin + performance.now();

function summary(): Taken {
  return { count, deliveries: taken.size, firstAt, lastAt };
}

function take(request: IncomingMessage, response: ServerResponse): void {
  const at = now();
  const delivery = String(request.headers['berth-delivery'] ?? count);
  request.resume();
  request.once('end', () => {
    if (!isAway) {
      if (count++ === 0) firstAt = at;
      lastAt = at;
      taken.add(delivery);
    }
    response.writeHead(isAway ? 503 : 200).end();
  });
}

const CONTROLS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/taken': (response) => response.end(JSON.stringify(summary())),
  '/forget': (response) => {
    taken.clear();
    [count, firstAt, lastAt] = [0, 0, 0];
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
