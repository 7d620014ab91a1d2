import { measure, type Sample, type Target } from '../load/measure.js';
import type { Finding } from '../report.js';
import { listUrl, registryUrl } from '../requests.js';
import { interleaved } from '../rounds.js';
import { median, pairedRatio } from '../statistics.js';
import type { Stage } from './stage.js';
import type { Table } from './tables.js';
import type { Floor } from '../floor/floor.js';

const GET_AIM = 0.6;
const LIST_AIM_MS = 3;
const FLATNESS_AIM = 1.3;

/** GET and LIST over tables of several sizes, GET against the floor as well. `main` is the table that the floor reads. */
export async function reads(
  { options }: Stage,
  tables: readonly Table[],
  main: Table,
  floor: Floor,
): Promise<readonly Finding[]> {
  const gets: Record<string, Target> = { floor: reader(floor, main, registryUrl) };
  const lists: Record<string, Target> = {};
  for (const table of tables) {
    gets[table.rows] = reader(table.service, table, registryUrl);
    lists[table.rows] = reader(table.service, table, listUrl);
  }
  const got = await interleaved(Object.keys(gets), options, (name) => measure(gets[name]!, options));
  const listed = await interleaved(Object.keys(lists), options, (name) => measure(lists[name]!, options));
  const ours = got[main.rows]!;
  const bare = got['floor']!;
  const ratio = pairedRatio(ours.map(perSecond), bare.map(perSecond));
  const cpuRatio = pairedRatio(ours.map(cpu), bare.map(cpu));
  const listMs = median(listed[main.rows]!.map(cpu)) / 1000;
  return [
    {
      what: `GET registry, ${count(main.rows)} rows: requests per second`,
      measured: `${speed(ours)}, p50 ${median(ours.map(({ p50Ms }) => p50Ms)).toFixed(0)} ms`,
      floor: `${speed(bare)}, p50 ${median(bare.map(({ p50Ms }) => p50Ms)).toFixed(0)} ms`,
      ratio,
      aim: { text: `≥ ${GET_AIM.toFixed(2)}`, isMet: ratio >= GET_AIM },
    },
    {
      what: 'GET registry: CPU of Node for each request',
      measured: `${median(ours.map(cpu)).toFixed(0)} µs`,
      floor: `${median(bare.map(cpu)).toFixed(0)} µs`,
      ratio: cpuRatio,
    },
    {
      what: `LIST of 100, ${count(main.rows)} rows: CPU of Node for each request`,
      measured: `${listMs.toFixed(2)} ms, ${speed(listed[main.rows]!)}`,
      aim: { text: `≤ ${LIST_AIM_MS} ms`, isMet: listMs <= LIST_AIM_MS },
    },
    ...flatness('GET registry', tables, got),
    ...flatness('LIST of 100', tables, listed),
  ];
}

function reader(
  server: { readonly pid: number; readonly endpoint: string },
  table: Table,
  url: typeof listUrl,
): Target {
  const { subscriptionId, headers } = table.service;
  return {
    pid: server.pid,
    nextLoad: () => ({
      method: 'GET',
      url: url(server.endpoint, subscriptionId),
      headers,
      numbers: { randomBelow: table.rows },
    }),
  };
}

/** How the cost of a request grows with the table: that of the smallest against each larger one. */
function flatness(what: string, tables: readonly Table[], samples: Record<string, Sample[]>): Finding[] {
  const [smallest, ...larger] = tables;
  if (!smallest) return [];
  const base = samples[smallest.rows]!;
  return larger.map(({ rows }) => {
    const ratio = pairedRatio(base.map(perSecond), samples[rows]!.map(perSecond));
    return {
      what: `${what}: ${count(rows)} rows against ${count(smallest.rows)}, time of a request`,
      measured: speed(samples[rows]!),
      floor: speed(base),
      ratio,
      aim: { text: `≤ ${FLATNESS_AIM}`, isMet: ratio <= FLATNESS_AIM },
    };
  });
}

const perSecond = (sample: Sample) => sample.perSecond;
const cpu = (sample: Sample) => sample.cpuMicros;
const count = (value: number) => value.toLocaleString('en');
const speed = (samples: readonly Sample[]) => `${median(samples.map(perSecond)).toFixed(0)}/s`;
