import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LOOPBACK, OutboundAddresses } from '../../src/outbound/addresses.js';
import { OutboundAgents } from '../../src/outbound/outbound-agents.js';
import type { Resolve } from '../../src/outbound/resolve.js';
import { callbackOf } from '../../src/webhooks/callback.js';
import { messageOf } from '../../src/webhooks/event-message.js';
import { MAX_CONTENT_BYTES, post } from '../../src/webhooks/post-event.js';
import type { ReceivedMessage } from '../../src/webhooks/webhook-event.entity.js';
import { clientCertificate } from '../support/certificate.js';
import { webhookReceiver } from '../support/webhook-receiver.js';

const CONTENT = { id: 'a', timestamp: '2026-03-01T12:00:00.000Z', action: 'ping' } as const;
/** Answers that would never come are waited for this long, unless a test says otherwise. */
const LIMIT_MS = 2_000;
const MEGABYTE = 1024 ** 2;

describe('a receiver', () => {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  function agentsFor(addresses: OutboundAddresses): OutboundAgents {
    const agents = new OutboundAgents(addresses);
    closers.push(() => agents.close());
    return agents;
  }
  const local = () => agentsFor(new OutboundAddresses(LOOPBACK));

  const send = (serviceUri: string, agents = local(), limitMs = LIMIT_MS): Promise<ReceivedMessage> =>
    post(
      messageOf(callbackOf({ serviceUri, customHeaders: {} }), CONTENT),
      new AbortController().signal,
      agents,
      limitMs,
    );

  /** Does with each request, once its body is there, what `talk` does. */
  async function raw(talk: (socket: Socket, nth: number) => void): Promise<string> {
    const sockets = new Set<Socket>();
    let requests = 0;
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      let heard = '';
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
        if (!heard.endsWith('}')) return;
        heard = '';
        talk(socket, requests++);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const ok = (body = '') => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  it.each<[string, (socket: Socket) => void, ReceivedMessage]>([
    ['that hangs', () => {}, { reasonPhrase: 'No answer within 0.3 seconds' }],
    ['that closes early', (socket) => socket.destroy(), { reasonPhrase: 'No answer: ECONNRESET, socket hang up' }],
    [
      'that closes in the middle of its headers',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      { reasonPhrase: 'No answer: ECONNRESET, socket hang up' },
    ],
    [
      'that speaks something else',
      (socket) => socket.end('220 mail.example ESMTP\r\n'),
      { reasonPhrase: 'No answer: HPE_INVALID_CONSTANT, Parse Error: Expected HTTP/, RTSP/ or ICE/' },
    ],
    [
      'whose headers never end',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${`X-Filler: ${'a'.repeat(1_000)}\r\n`.repeat(100)}`),
      { reasonPhrase: 'No answer: HPE_HEADER_OVERFLOW, Parse Error: Header overflow' },
    ],
    [
      'that drips its headers',
      (socket) => {
        const drip = setInterval(() => socket.write('X'), 20);
        socket.once('close', () => clearInterval(drip));
      },
      { reasonPhrase: 'No answer: HPE_INVALID_CONSTANT, Parse Error: Expected HTTP/, RTSP/ or ICE/' },
    ],
    [
      'that switches to another protocol',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: tunnel\r\n\r\n'),
      { reasonPhrase: 'No answer: the receiver wants to speak another protocol' },
    ],
    [
      'that answers 500 and closes within its body',
      (socket) => socket.end('HTTP/1.1 500 Oh no\r\nContent-Length: 100\r\n\r\nbroken'),
      {
        statusCode: '500',
        reasonPhrase: 'Oh no',
        version: '1.1',
        headers: { 'content-length': '100' },
        content: 'broken',
      },
    ],
    [
      'that drips its body',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
        const drip = setInterval(() => socket.write('.'), 1_000);
        socket.write('.');
        socket.once('close', () => clearInterval(drip));
      },
      { statusCode: '200', reasonPhrase: 'OK', version: '1.1', headers: { 'content-length': '1000' }, content: '.' },
    ],
    [
      'with characters that cannot be stored',
      (socket) => socket.end('HTTP/1.0 200 a\0b\r\n\r\nc\0d'),
      { statusCode: '200', reasonPhrase: 'a\uFFFDb', version: '1.0', headers: {}, content: 'c\uFFFDd' },
    ],
    [
      'that redirects to a private address',
      (socket) => socket.end('HTTP/1.1 307 Go\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n'),
      {
        statusCode: '307',
        reasonPhrase: 'Go',
        version: '1.1',
        headers: { location: 'http://10.0.0.1/', 'content-length': '0' },
        content: '',
      },
    ],
  ])('%s is told of as it was', async (_, talk, answer) => {
    expect(await send(await raw(talk), local(), 300)).toEqual(answer);
  });

  it('that answers 100 MB is read no further than is kept', async () => {
    let sent = 0;
    const origin = await raw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${100 * MEGABYTE}\r\n\r\n`);
      const more = () => {
        let goesOn = true;
        while (goesOn && sent < 100 * MEGABYTE && !socket.destroyed) {
          sent += 65_536;
          goesOn = socket.write('a'.repeat(65_536));
        }
        socket.once('drain', more);
      };
      more();
    });
    const { statusCode, content } = await send(origin);
    expect([statusCode, content]).toEqual(['200', 'a'.repeat(MAX_CONTENT_BYTES)]);
    // What the sockets of both sides hold, and not more.
    expect(sent).toBeLessThan(20 * MEGABYTE);
  });

  it('is heard up to the beginning of an answer, and nothing that cannot be stored', async () => {
    const body = `\0${'a'.repeat(MEGABYTE)}`;
    const { content } = await send(await raw((socket) => socket.write(ok(body))));
    expect(content).toBe(`\uFFFD${'a'.repeat(MAX_CONTENT_BYTES - 1)}`);
  });

  it('with a certificate that nobody knows is refused, and told why', async () => {
    const { certificate, privateKey } = await clientCertificate();
    let requests = 0;
    const server = createHttpsServer({ cert: certificate, key: privateKey }, (_request, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    closers.push(
      () => server.closeAllConnections(),
      () => void server.close(),
    );
    const { port } = server.address() as AddressInfo;
    expect(await send(`https://127.0.0.1:${port}`)).toEqual({
      reasonPhrase: 'No answer: the certificate is not trusted: self-signed certificate',
    });
    expect(requests).toBe(0);
  });

  it('gets one message after the other over one connection', async () => {
    const connections = new Set<Socket>();
    const origin = await raw((socket) => {
      connections.add(socket);
      socket.write(ok());
    });
    const agents = local();
    for (let nth = 0; nth < 5; nth++) expect(await send(origin, agents)).toMatchObject({ statusCode: '200' });
    expect(connections.size).toBe(1);
  });

  it('that closes a kept connection when the next message comes gets that message over another', async () => {
    const answered = new Map<Socket, number>();
    const origin = await raw((socket) => {
      const before = answered.get(socket) ?? 0;
      answered.set(socket, before + 1);
      if (before > 0) socket.resetAndDestroy();
      else socket.write(ok());
    });
    const agents = local();
    for (let nth = 0; nth < 4; nth++) expect(await send(origin, agents)).toMatchObject({ statusCode: '200' });
    // The second message came to a connection that was over, and so did the fourth.
    expect([...answered.values()]).toEqual([2, 1, 2, 1]);
  });

  it('that closes a new connection is not asked again at once', async () => {
    let asked = 0;
    const origin = await raw((socket) => {
      asked++;
      socket.resetAndDestroy();
    });
    expect(await send(origin)).toEqual({ reasonPhrase: 'No answer: ECONNRESET, read ECONNRESET' });
    expect(asked).toBe(1);
  });

  it('that hangs keeps nobody else waiting', async () => {
    const origin = await raw((socket, nth) => {
      if (nth >= 200) socket.write(ok());
    });
    const agents = local();
    const hanging = Array.from({ length: 200 }, () => send(origin, agents, 1_000));
    await Promise.race(hanging.map((one) => Promise.race([one, new Promise(setImmediate)])));
    const begunAt = performance.now();
    expect(await send(origin, agents)).toMatchObject({ statusCode: '200' });
    expect(performance.now() - begunAt).toBeLessThan(900);
    for (const answer of await Promise.all(hanging)) expect(answer.reasonPhrase).toBe('No answer within 1 seconds');
  });

  describe('at an address that is not allowed', () => {
    const refused = (host: string, kind: string) => ({
      reasonPhrase: `No answer: ${host} is refused, since it leads to a ${kind} address. Whoever runs the service can allow it with BERTH_WEBHOOK_ALLOW.`,
    });

    it.each([
      ['http://127.0.0.1:PORT/0secret0', refused('127.0.0.1', 'loopback')],
      ['http://0x7f.1:PORT/0secret0', refused('127.0.0.1', 'loopback')],
      ['http://2130706433:PORT/0secret0', refused('127.0.0.1', 'loopback')],
      ['http://127.0.0.1.:PORT/0secret0', refused('127.0.0.1', 'loopback')],
      ['http://[::ffff:127.0.0.1]:PORT/0secret0', refused('[::ffff:7f00:1]', 'loopback')],
      ['http://[::1]:PORT/0secret0', refused('[::1]', 'loopback')],
      ['http://0.0.0.0:PORT/0secret0', refused('0.0.0.0', 'unspecified')],
      ['http://localhost:PORT/0secret0', refused('localhost', 'loopback')],
      ['http://169.254.169.254/latest/0secret0', refused('169.254.169.254', 'metadata')],
      ['http://[fd00:ec2::254]/latest/0secret0', refused('[fd00:ec2::254]', 'metadata')],
      ['https://10.1.2.3/0secret0', refused('10.1.2.3', 'private')],
      ['http://[64:ff9b::a9fe:a9fe]/0secret0', refused('[64:ff9b::a9fe:a9fe]', 'metadata')],
    ])('gets nothing: %s', async (url, answer) => {
      const receiver = await webhookReceiver();
      closers.push(() => receiver.close());
      const { origin, received } = receiver;
      const agents = agentsFor(new OutboundAddresses([]));
      expect(await send(url.replace('PORT', new URL(origin).port), agents)).toEqual(answer);
      expect(received).toEqual([]);
    });

    it('gets nothing when its name leads there the second time', async () => {
      const receiver = await webhookReceiver();
      closers.push(() => receiver.close());
      const { origin, received } = receiver;
      let asked = 0;
      const rebinding: Resolve = () =>
        Promise.resolve([{ address: asked++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
      const only = new OutboundAddresses([{ address: '127.0.0.2', prefix: 32, family: 'ipv4' }], rebinding);
      const url = `http://hooks.example:${new URL(origin).port}/`;
      const agents = agentsFor(only);
      // Nobody listens there; what matters is where was knocked.
      expect(await send(url, agents)).toMatchObject({
        reasonPhrase: expect.stringContaining('ECONNREFUSED 127.0.0.2'),
      });
      expect(await send(url, agents)).toEqual(refused('hooks.example', 'loopback'));
      expect([asked, received.length]).toEqual([2, 0]);
    });
  });
});
