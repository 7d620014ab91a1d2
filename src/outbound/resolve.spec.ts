import { createSocket, type Socket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolver, type Resolve } from './resolve.js';

/** Says 93.184.215.14 of every name, no address of IPv6, and nothing at all of names that begin with `hang`. */
function answerTo(question: Buffer): Buffer | undefined {
  const name = question.subarray(12).toString('latin1');
  if (name.slice(1).startsWith('hang')) return undefined;
  const end = question.indexOf(0, 12) + 5;
  const isV4 = question.readUInt16BE(end - 4) === 1;
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(isV4 ? 1 : 0, 6);
  header.fill(0, 8);
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 215, 14]);
  return Buffer.concat([header, question.subarray(12, end), ...(isV4 ? [address] : [])]);
}

describe('addresses of names', () => {
  let server: Socket;
  let folder: string;
  let resolve: Resolve;

  beforeAll(async () => {
    server = createSocket('udp4');
    server.on('message', (question, from) => {
      const answer = answerTo(question);
      if (answer) server.send(answer, from.port, from.address);
    });
    await new Promise<void>((bound) => {
      server.bind(0, '127.0.0.1', bound);
    });
    folder = await mkdtemp(join(tmpdir(), 'resolve-'));
    // Whatever is found in here is asked of the system, which does not know these.
    await writeFile(
      join(folder, 'hosts'),
      '10.0.0.1 known.example.invalid # a comment\n10.0.0.2 a b.example.invalid\n',
    );
    resolve = resolver([`127.0.0.1:${server.address().port}`], join(folder, 'hosts'));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are asked of name servers, in both families', async () => {
    expect(await resolve('hooks.example')).toEqual([{ address: '93.184.215.14', family: 4 }]);
  });

  it.each(['localhost', 'LocalHost'])('of this machine are asked of the system: %s', async (name) => {
    const found = await resolve(name);
    expect(found.map(({ address }) => address)).toContain('127.0.0.1');
  });

  it.each(['known.example.invalid', 'B.example.invalid.'])('in the hosts file are asked of the system: %s', (name) =>
    expect(resolve(name)).rejects.toMatchObject({ syscall: 'getaddrinfo' }),
  );

  it('are found while name servers of others do not answer', async () => {
    const hanging = Array.from({ length: 50 }, (_, nth) => resolve(`hang${nth}.example`).catch(() => 'hangs'));
    const first = await Promise.race([resolve('hooks.example'), ...hanging]);
    expect(first).toEqual([{ address: '93.184.215.14', family: 4 }]);
  });
});
