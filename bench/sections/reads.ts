import { measure, type Sample, type Target } from '../load/measure.js';
import type { Finding } from '../report.js';
import { listUrl, registryUrl, webhooksUrl, webhookUrl } from '../requests.js';
import { roleHolder } from '../role-holder.js';
import { interleaved } from '../rounds.js';
import type { Service } from '../service.js';
import { median, pairedRatio } from '../statistics.js';
import type { Stage } from './stage.js';
import { WATCHED, type Table } from './tables.js';
import type { Floor } from '../floor/floor.js';

const GET_AIM = 0.6;
const LIST_AIM_MS = 3;
const FLATNESS_AIM = 1.3;
const ROLE_AIM = 1.1;

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
    if (table === main)
      gets['role'] = reader({ ...table.service, headers: await roleHolder(table.service) }, table, registryUrl);
    lists[table.rows] = reader(table.service, table, listUrl);
  }
  const got = await interleaved(Object.keys(gets), options, (name) => measure(gets[name]!, options));
  const listed = await interleaved(Object.keys(lists), options, (name) => measure(lists[name]!, options));
  const below: Record<'get' | 'getFloor' | 'list', Target> = {
    getFloor: reader(floor, main, webhookUrl, WATCHED),
    get: reader(main.service, main, webhookUrl, WATCHED),
    list: reader(main.service, main, webhooksUrl, WATCHED),
  };
  const children = await interleaved(['getFloor', 'get', 'list'], options, (name) => measure(below[name], options));
  return [
    ...getFindings('GET registry', `${count(main.rows)} rows`, got[main.rows]!, got['floor']!),
    roleFinding(got['role']!, got[main.rows]!),
    listFinding(`LIST of 100, ${count(main.rows)} rows`, listed[main.rows]!),
    ...getFindings('GET webhook', '100,000 rows', children.get, children.getFloor),
    listFinding('LIST of 100 webhooks, 100,000 rows', children.list),
    ...flatness('GET registry', tables, got),
    ...flatness('LIST of 100', tables, listed),
  ];
}

/** A GET against the floor. */
function getFindings(what: string, where: string, ours: readonly Sample[], bare: readonly Sample[]): Finding[] {
  const ratio = pairedRatio(ours.map(perSecond), bare.map(perSecond));
  return [
    {
      what: `${what}, ${where}: requests per second`,
      measured: `${speed(ours)}, p50 ${median(ours.map(({ p50Ms }) => p50Ms)).toFixed(0)} ms`,
      floor: `${speed(bare)}, p50 ${median(bare.map(({ p50Ms }) => p50Ms)).toFixed(0)} ms`,
      ratio,
      aim: { text: `≥ ${GET_AIM.toFixed(2)}`, isMet: ratio >= GET_AIM },
    },
    {
      what: `${what}: CPU of Node for each request`,
      measured: `${median(ours.map(cpu)).toFixed(0)} µs`,
      floor: `${median(bare.map(cpu)).toFixed(0)} µs`,
      ratio: pairedRatio(ours.map(cpu), bare.map(cpu)),
    },
  ];
}

/** An operator needs no role; both are asked whether they may. By CPU, since what else the machine does weighs more. */
function roleFinding(byRole: readonly Sample[], byOperator: readonly Sample[]): Finding {
  const ratio = pairedRatio(byRole.map(cpu), byOperator.map(cpu));
  return {
    what: 'GET registry by a principal with a role, against an operator: CPU of Node for each request',
    measured: `${median(byRole.map(cpu)).toFixed(0)} µs, ${speed(byRole)}`,
    floor: `${median(byOperator.map(cpu)).toFixed(0)} µs, ${speed(byOperator)}`,
    ratio,
    aim: { text: `≤ ${ROLE_AIM}`, isMet: ratio <= ROLE_AIM },
  };
}

function listFinding(what: string, samples: readonly Sample[]): Finding {
  const listMs = median(samples.map(cpu)) / 1000;
  return {
    what: `${what}: CPU of Node for each request`,
    measured: `${listMs.toFixed(2)} ms, ${speed(samples)}`,
    aim: { text: `≤ ${LIST_AIM_MS} ms`, isMet: listMs <= LIST_AIM_MS },
  };
}

function reader(
  server: Pick<Service, 'pid' | 'endpoint'> & Partial<Pick<Service, 'headers'>>,
  table: Table,
  url: typeof listUrl,
  randomBelow = table.rows,
): Target {
  const { subscriptionId } = table.service;
  const { headers = table.service.headers } = server;
  return {
    pid: server.pid,
    nextLoad: () => ({
      method: 'GET',
      url: url(server.endpoint, subscriptionId),
      headers,
      numbers: { randomBelow },
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
