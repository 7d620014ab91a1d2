import type { Floor } from '../floor/floor.js';
import { measure, type Sample, type Target } from '../load/measure.js';
import type { Finding } from '../report.js';
import { createUrl, createWebhookUrl, REGISTRY_BODY, registryUrl, WEBHOOK_BODY } from '../requests.js';
import { interleaved } from '../rounds.js';
import { median, pairedRatio } from '../statistics.js';
import type { Stage } from './stage.js';
import type { Table } from './tables.js';

const AIM = 0.6;
/** What may be on its way when a run ends: its numbers are used up without having been answered. */
const IN_FLIGHT = 1_000;

/** PUTs that create registries, PUTs that change the tags of one, and PUTs that create webhooks, against their statements in a bare transaction. */
export async function writes({ options }: Stage, table: Table, floor: Floor): Promise<readonly Finding[]> {
  const { service, rows } = table;
  let nextNew = 0;
  const used = (requests: number) => void (nextNew += requests + IN_FLIGHT);
  const target = (server: { readonly pid: number; readonly endpoint: string }, isCreate: boolean): Target => ({
    pid: server.pid,
    nextLoad: () => ({
      method: 'PUT',
      url: (isCreate ? createUrl : registryUrl)(server.endpoint, service.subscriptionId),
      headers: service.headers,
      body: REGISTRY_BODY,
      numbers: isCreate ? { from: nextNew } : { randomBelow: rows },
    }),
    ...(isCreate ? { used } : {}),
  });
  const webhook = (server: { readonly pid: number; readonly endpoint: string }): Target => ({
    pid: server.pid,
    nextLoad: () => ({
      method: 'PUT',
      url: createWebhookUrl(server.endpoint, service.subscriptionId),
      headers: service.headers,
      body: WEBHOOK_BODY,
      numbers: { randomBelow: rows },
    }),
  });
  const targets = {
    createFloor: target(floor, true),
    create: target(service, true),
    updateFloor: target(floor, false),
    update: target(service, false),
    webhookFloor: webhook(floor),
    webhook: webhook(service),
  };
  const names = Object.keys(targets) as (keyof typeof targets)[];
  const samples = await interleaved(names, options, (name) => measure(targets[name], options));
  return [
    ...findings('PUT that creates a registry', samples.create, samples.createFloor),
    ...findings('PUT that changes tags', samples.update, samples.updateFloor),
    ...findings('PUT that creates a webhook', samples.webhook, samples.webhookFloor),
  ];
}

function findings(what: string, ours: readonly Sample[], bare: readonly Sample[]): Finding[] {
  const ratio = pairedRatio(ours.map(perSecond), bare.map(perSecond));
  return [
    {
      what: `${what}: requests per second`,
      measured: `${median(ours.map(perSecond)).toFixed(0)}/s`,
      floor: `${median(bare.map(perSecond)).toFixed(0)}/s`,
      ratio,
      aim: { text: `≥ ${AIM.toFixed(2)}`, isMet: ratio >= AIM },
    },
    {
      what: `${what}: CPU of Node for each request`,
      measured: `${median(ours.map(cpu)).toFixed(0)} µs`,
      floor: `${median(bare.map(cpu)).toFixed(0)} µs`,
      ratio: pairedRatio(ours.map(cpu), bare.map(cpu)),
    },
  ];
}

const perSecond = (sample: Sample) => sample.perSecond;
const cpu = (sample: Sample) => sample.cpuMicros;
