import { ContainerRegistryManagementClient as Client12 } from '@azure/arm-containerregistry';
import { ContainerRegistryManagementClient as Client10 } from 'arm-containerregistry-10';
import { ContainerRegistryManagementClient as Client11 } from 'arm-containerregistry-11';
import type { Service } from './service.js';

/** In which of its methods an SDK runs what takes long. */
export type Way = 'poller' | 'begin' | 'begin and wait';

interface Request {
  readonly method: string;
  readonly url: string;
}
/** A step through which each request of a client goes. */
interface Policy {
  readonly name: string;
  sendRequest<Sent extends Request, Got extends { readonly status: number }>(
    request: Sent,
    next: (request: Sent) => Promise<Got>,
  ): Promise<Got>;
}
interface Credential {
  readonly getToken: () => Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>;
}
interface Client {
  readonly pipeline: { addPolicy(policy: Policy): void };
}
type ClientOptions = Partial<ReturnType<typeof optionsOf>>;
type Method = (...args: readonly unknown[]) => unknown;

/** A major version of the SDK. */
export interface SdkVersion {
  readonly major: number;
  /** Of what it asks for, where it is told no other. */
  readonly apiVersion: string;
  readonly ways: readonly Way[];
  /** Methods of what this service does not have, as `group` or `group.method`. */
  readonly notServed: readonly string[];
  create(credential: Credential, subscriptionId: string, options?: ClientOptions): Client;
}

/** Tasks build images: they need machines that run what anybody sends, and this service has none. */
const TASKS = [
  'agentPools',
  'runs',
  'taskRuns',
  'tasks',
  'registries.beginScheduleRun',
  'registries.beginScheduleRunAndWait',
  'registries.getBuildSourceUploadUrl',
] as const;

export const SDK_VERSIONS: readonly SdkVersion[] = [
  {
    major: 12,
    apiVersion: '2025-11-01',
    ways: ['poller', 'begin', 'begin and wait'],
    notServed: [],
    create: (credential, subscriptionId, options = {}) => new Client12(credential, subscriptionId, options),
  },
  {
    major: 11,
    apiVersion: '2025-11-01',
    ways: ['begin', 'begin and wait'],
    notServed: TASKS,
    create: (credential, subscriptionId, options = {}) => new Client11(credential, subscriptionId, options),
  },
  {
    major: 10,
    apiVersion: '2022-12-01',
    ways: ['begin', 'begin and wait'],
    notServed: TASKS,
    create: (credential, subscriptionId, options = {}) => new Client10(credential, subscriptionId, options),
  },
];

/** One client of an SDK, which remembers what was asked of it. */
export interface Sdk {
  readonly version: SdkVersion;
  /** `GET 200 /path?query`, of everything that was sent. */
  readonly exchanges: readonly string[];
  readonly called: ReadonlySet<string>;
  /** Calls `group.method` and answers what it comes to: what a poller ends with, all that a pager lists. */
  readonly call: (method: string, ...args: readonly unknown[]) => Promise<unknown>;
  /** The same for what takes long: `group.create` may be its `beginCreate` or its `beginCreateAndWait`. */
  readonly run: (way: Way, operation: string, ...args: readonly unknown[]) => Promise<unknown>;
}

export function openSdk(version: SdkVersion, service: Service): Sdk {
  const client = version.create(credentialOf(service), service.subscriptionId, optionsOf(service));
  const exchanges: string[] = [];
  client.pipeline.addPolicy(remembering(exchanges));
  const methods = methodsOf(client);
  const called = new Set<string>();
  const call: Sdk['call'] = async (name, ...args) => {
    const method = methods.get(name);
    if (!method) throw new Error(`SDK ${version.major} has no method ${name}.`);
    called.add(name);
    return settled(await method(...args));
  };
  return {
    version,
    exchanges,
    called,
    call,
    run: (way, operation, ...args) => call(longName(way, operation), ...args),
  };
}

/** The names of all methods that an SDK has, `group.method`, whoever calls them. */
export function methodNames(version: SdkVersion): readonly string[] {
  const nobody = { getToken: () => Promise.reject(new Error('Nothing is sent.')) };
  return [...methodsOf(version.create(nobody, '00000000-0000-0000-0000-000000000000')).keys()];
}

/** Whether a method is one of those that this service does not have. */
export function isNotServed({ notServed }: SdkVersion, method: string): boolean {
  return notServed.includes(method) || notServed.includes(method.split('.')[0] ?? '');
}

/** What a client of any SDK needs to find and trust the service. It tries nothing twice. */
export function optionsOf(service: Service) {
  return { endpoint: service.endpoint, tlsOptions: { ca: service.ca }, retryOptions: { maxRetries: 0 } };
}

export function credentialOf(service: Service): Credential {
  return { getToken: async () => ({ token: await service.token(), expiresOnTimestamp: Date.now() + 3_000_000 }) };
}

/** All that a pager lists. */
export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) all.push(one);
  return all;
}

/** What is in a client besides its groups: how it sends, and what its own parts ask each other. */
const OF_THE_CLIENT = /^[_$]|^pipeline$/;
const OF_THE_GROUP = /^_|^constructor$|Paging(Page|All)$/;

function methodsOf(client: object): ReadonlyMap<string, Method> {
  const found = new Map<string, Method>();
  for (const [group, value] of Object.entries(client)) {
    if (OF_THE_CLIENT.test(group) || typeof value !== 'object' || value === null) continue;
    const holders: object[] = [value as object, Object.getPrototypeOf(value) as object];
    for (const holder of holders) {
      if (holder === Object.prototype) continue;
      for (const name of Object.getOwnPropertyNames(holder)) {
        const method: unknown = Reflect.get(value as object, name);
        if (!OF_THE_GROUP.test(name) && typeof method === 'function')
          found.set(`${group}.${name}`, (method as Method).bind(value));
      }
    }
  }
  return found;
}

function longName(way: Way, operation: string): string {
  if (way === 'poller') return operation;
  const begun = operation.replace(/\.(.)/, (_, first: string) => `.begin${first.toUpperCase()}`);
  return way === 'begin' ? begun : `${begun}AndWait`;
}

async function settled(value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Symbol.asyncIterator in value) return collect(value as AsyncIterable<unknown>);
  if ('pollUntilDone' in value) return (value as { pollUntilDone(): Promise<unknown> }).pollUntilDone();
  return value;
}

function remembering(exchanges: string[]): Policy {
  return {
    name: 'remembering',
    async sendRequest(request, next) {
      const response = await next(request);
      const { pathname, search } = new URL(request.url);
      exchanges.push(`${request.method} ${response.status} ${pathname}${search}`);
      return response;
    },
  };
}
