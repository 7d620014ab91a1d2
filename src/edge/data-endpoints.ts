import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { covers } from './access.js';
import { BlobPasses } from './blob-passes.js';
import { contentCall, type ContentCall } from './content-call.js';
import { ContentLocks } from './content-locks.js';
import { dataBaseOf } from './data-host.js';
import { EngineProxy } from './engine-proxy.js';
import { Logins, type Login } from './logins.js';
import { OciError } from './oci-error.js';
import { QuarantineSight } from './quarantine-sight.js';
import { Regions } from './regions.js';
import type { EdgeCall } from './token-endpoint.js';
import { parseV2, type V2Route } from './v2-route.js';

const PASS = 'pass';
const SERVED = ['GET', 'HEAD'];

/** Whether the URL carries a pass, by which a request to a login port is known to be for the data endpoint. */
export function hasPass(url = ''): boolean {
  return url.includes(`?${PASS}=`);
}

/** Sends clients to the data endpoint of their registry, and answers what they ask there. */
@Injectable()
export class DataEndpoints {
  constructor(
    private readonly config: Config,
    private readonly passes: BlobPasses,
    private readonly logins: Logins,
    private readonly locks: ContentLocks,
    private readonly quarantine: QuarantineSight,
    private readonly regions: Regions,
    private readonly proxy: EngineProxy,
  ) {}

  /** False when the login server is to answer itself: the registry has no data endpoint, or no blob is asked for. */
  async redirect(
    { registry, servedIn, origin, request, response }: ContentCall,
    route: V2Route,
    login: Login,
  ): Promise<boolean> {
    if (!registry.dataEndpointEnabled || route.kind !== 'blob' || request.method !== 'GET') return false;
    const base = dataBaseOf({
      base: origin.base,
      key: registry.key,
      region: servedIn ?? registry.location,
      suffix: this.config.loginServerSuffix,
      isIpv6: isIPv6(request.socket.localAddress ?? '') && !request.socket.localAddress?.startsWith('::ffff:'),
    });
    const pass = await this.passes.issue(registry, { repository: route.name, digest: route.last, login });
    const headers = { Location: `${base}/v2/${route.name}/blobs/${route.last}?${PASS}=${pass}`, 'Content-Length': 0 };
    response.writeHead(307, { ...headers, 'Cache-Control': 'no-store' }).end();
    return true;
  }

  /**
   * Gives a blob to whoever has the pass for it and may still pull it; no Authorization header is looked at.
   * @param region that the host names; undefined when it names none.
   * @throws OciError 403, 404 or 405.
   */
  async answer(call: EdgeCall, region: string | undefined): Promise<void> {
    const { registry, request } = call;
    const { method = 'GET', url = '' } = request;
    const [path = '', query = ''] = url.split('?', 2);
    requireEnabled(registry, region);
    if (!path.startsWith('/v2/')) throw nothingAt(path);
    if (!SERVED.includes(method))
      throw new OciError('UNSUPPORTED', `The method ${method} is not served here.`, {
        headers: { Allow: SERVED.join(', ') },
      });
    const route = parseV2(method, path);
    if (route.kind !== 'blob') throw nothingAt(path);
    const passed = await this.passes.verify(new URLSearchParams(query).get(PASS) ?? '', registry);
    if (passed?.repository !== route.name || passed.digest !== route.last)
      throw denied('The address is not signed for this blob, or has expired; ask the login server for the blob again.');
    const entry = await this.logins.again(registry, passed.login);
    if (!entry || !covers(entry.rights(route.needs), route.needs))
      throw denied('Whoever was given this address may not pull the blob any more.');
    await this.quarantine.requireBlob({ registry, login: entry.login }, route);
    await this.locks.requireFor(registry, route, method);
    const entered = await this.regions.enter(contentCall(call, entry.login), {});
    await this.proxy.forward({ ...entered, route });
  }
}

function requireEnabled(registry: RegistryEndpoint, region: string | undefined): void {
  const { name, dataEndpointEnabled, location, replicaLocations } = registry;
  if (!dataEndpointEnabled)
    throw denied(`The data endpoints of registry '${name}' are off; get blobs from its login server.`);
  if (region !== undefined && region !== location && !replicaLocations.includes(region))
    throw new OciError('NAME_UNKNOWN', `Registry '${name}' has no data endpoint in '${region}'.`);
}

function nothingAt(path: string): OciError {
  return new OciError('NAME_UNKNOWN', `There is nothing at ${path}; a data endpoint serves blobs and nothing else.`);
}

function denied(message: string): OciError {
  return new OciError('DENIED', message);
}
