import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import type { RecordedTarget } from '../edge/recorded-target.js';
import type { CacheFills } from './cache-fills.js';
import type { Pulled } from './cache-fills.repository.js';
import { CacheOutcomes } from './cache-outcomes.js';
import { CachePasses } from './cache-passes.js';
import { FillSlots } from './fill-slots.js';
import type { UpstreamImages } from './upstream-images.js';

afterEach(() => vi.useRealTimers());

it('a transfer in which nothing moves for a minute ends, and another one has its turn', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const slots = new FillSlots({ inProcess: 1, ofRegistry: 1 });
  const body = new PassThrough();
  const fills: Pick<CacheFills, 'aside'> = {
    async aside({ registryId }, work) {
      const leave = await slots.ask(registryId, 0).begun;
      return work().finally(leave);
    },
  };
  const ask = (_rule: unknown, _repository: unknown, use: (source: object) => Promise<unknown>) =>
    use({ blob: () => Promise.resolve({ sizeBytes: 1_000, body }) });
  const passes = new CachePasses(fills as CacheFills, { ask } as unknown as UpstreamImages, new CacheOutcomes());
  const pulled: Pulled = { registryId: 'r', repository: 'a', reference: 'blob' };
  const rule = { sourceRepository: 'x/a', targetRepository: 'a' } as never;
  let ended: Promise<void> | undefined;
  const server = createServer((_request, response) => {
    ended = passes.blob({ pulled, rule, target: {} as RecordedTarget }, `sha256:${'0'.repeat(64)}`, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method: 'GET' }).catch(
    () => undefined,
  );
  body.write('some');
  vi.advanceTimersByTime(75_000);
  await ended;
  expect(body.destroyed).toBe(true);
  await expect(answer?.arrayBuffer() ?? Promise.reject(new Error('broken off'))).rejects.toThrow();
  (await slots.ask('r', 0).begun)();
  server.close();
});
