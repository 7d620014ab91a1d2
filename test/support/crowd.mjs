import { connect as connectPlainly } from 'node:net';
import { connect } from 'node:tls';

/**
 * Many connections from a process of their own, so that their handles are not the server's: `crowd.mjs <port> <count>
 * <idle|headers>`. Those that are idle do not even shake hands. Prints `there` when all are, and `gone` for each that the
 * server ended; stays until it is killed.
 */
const [port, count, kind] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const AT_ONCE = 50;
const DRIBBLE_MS = 200;
const sockets = [];
let begun = 0;

function next() {
  if (begun === count) return;
  begun += 1;
  const where = { port, host: '127.0.0.1' };
  // Whom it trusts is of no interest to one who means no good.
  const socket =
    kind === 'idle' ? connectPlainly(where) : connect({ ...where, servername: 'localhost', rejectUnauthorized: false });
  socket.on('error', () => undefined);
  socket.once('close', () => process.stdout.write('gone\n'));
  socket.once(kind === 'idle' ? 'connect' : 'secureConnect', () => {
    sockets.push(socket);
    if (kind === 'headers') socket.write('GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    if (sockets.length === count) process.stdout.write('there\n');
    next();
  });
}

for (let index = 0; index < AT_ONCE; index++) next();
if (kind === 'headers') setInterval(() => sockets.forEach((socket) => socket.write('x')), DRIBBLE_MS);
else setInterval(() => undefined, 60_000);
