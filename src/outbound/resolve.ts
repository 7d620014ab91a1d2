import { lookup, promises, type LookupAddress } from 'node:dns';
import { readFile } from 'node:fs/promises';

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

const HOSTS_FILE = '/etc/hosts';
/** A name server is asked twice, and has this long each time. */
const PATIENCE = { timeout: 2_000, tries: 2 };
/** Single words, to which the system adds its own domain, and names that only the system knows. */
const OF_THE_SYSTEM = /^[^.]+\.?$|\.(localhost|local)\.?$/i;

/**
 * Finds addresses without a thread that waits. The system's own way has two threads in a process: two name servers that do
 * not answer would be enough to keep everybody from everywhere. The system is asked for what customers have no say in: names
 * of the hosts file, single words, names of its own.
 */
export function resolver(servers?: readonly string[], hostsFile = HOSTS_FILE): Resolve {
  const names = new promises.Resolver(PATIENCE);
  if (servers) names.setServers(servers);
  return async (host) => {
    if (OF_THE_SYSTEM.test(host) || (await isIn(hostsFile, host))) return systemAddresses(host);
    const [v4, v6] = await Promise.allSettled([names.resolve4(host), names.resolve6(host)]);
    const found = [...addressesOf(v4, 4), ...addressesOf(v6, 6)];
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  };
}

function addressesOf(answer: PromiseSettledResult<readonly string[]>, family: 4 | 6): LookupAddress[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
}

async function isIn(hostsFile: string, host: string): Promise<boolean> {
  const text = await readFile(hostsFile, 'utf8').catch(() => '');
  const wanted = host.toLowerCase().replace(/\.$/, '');
  return text.split('\n').some((line) => {
    const [, ...names] = line.replace(/#.*/, '').toLowerCase().trim().split(/\s+/);
    return names.includes(wanted);
  });
}

function systemAddresses(host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });
}
