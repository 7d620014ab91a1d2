import { expect, it } from 'vitest';
import { Sweeps } from '../work/sweeps.js';
import { Metrics } from './metrics.js';
import { CacheMetrics, SweepMetrics } from './observers.js';

const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));

it('sweeps are told with what they took away, when they ended, and how often they failed', async () => {
  const metrics = new Metrics();
  const sweeps = new Sweeps(new SweepMetrics(metrics));
  const failing = () => Promise.reject(new Error('not now'));
  for (const run of [() => Promise.resolve(3), () => Promise.resolve(2)]) await sweeps.run({ name: 'old tags', run });
  await expect(sweeps.run({ name: 'others', run: failing })).rejects.toThrow('not now');
  expect(await linesOf(metrics, 'berth_sweep_removed_total')).toEqual([
    'berth_sweep_removed_total{sweep="old tags"} 5',
  ]);
  expect(await linesOf(metrics, 'berth_sweep_failures_total')).toEqual([
    'berth_sweep_failures_total{sweep="others"} 1',
  ]);
  const ended = await linesOf(metrics, 'berth_sweep_last_success_timestamp_seconds');
  expect(ended).toHaveLength(1);
  const [, sweep, seconds] = /sweep="([^"]*)"\} (\S+)$/.exec(ended[0]!) ?? [];
  expect(sweep).toBe('old tags');
  expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(60);
});

it('pulls by cache rules are told by how they went', async () => {
  const metrics = new Metrics();
  const observer = new CacheMetrics(metrics);
  for (const how of ['hit', 'hit', 'stale'] as const) observer.pulled(how);
  expect(await linesOf(metrics, 'berth_cache_pulls_total')).toEqual([
    'berth_cache_pulls_total{outcome="hit"} 2',
    'berth_cache_pulls_total{outcome="stale"} 1',
  ]);
});
