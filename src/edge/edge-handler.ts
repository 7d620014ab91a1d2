import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { Config } from '../config/config.js';
import { PullTimes } from '../content/pull-times.js';
import { TrustedProxies, type ClientView } from '../forwarding/trusted-proxies.js';
import { LoginServers, type RegistryEndpoint } from '../registries/login-servers.js';
import { parseAcr } from './acr-route.js';
import { AcrRoutes } from './acr-routes.js';
import { Authorization } from './authorization.js';
import { hostsOf, type Origin } from './challenge.js';
import { contentCall } from './content-call.js';
import { ContentRoutes } from './content-routes.js';
import { DataEndpoints, hasPass } from './data-endpoints.js';
import { dataHostOf, type DataHost } from './data-host.js';
import { EdgeObserver } from './edge-observer.js';
import { EngineProxy } from './engine-proxy.js';
import { ExchangeEndpoint } from './exchange-endpoint.js';
import { requireAllowed } from './firewall.js';
import { OciError, sendJson, sendOciError, unavailable } from './oci-error.js';
import { PrivateNetworks } from './private-networks.js';
import { PullResolution } from './pull-resolution.js';
import { PullThrough } from './pull-through.js';
import { RateGuard } from './rate-guard.js';
import { operationOf } from './rate-operation.js';
import { regionHostOf } from './region-host.js';
import { Regions, requireRegion, type RegionWish } from './regions.js';
import { hostOnPort, isRegistryHost, keyOfHost } from './registry-host.js';
import { TokenEndpoint, type EdgeCall } from './token-endpoint.js';
import { drain } from './transfer.js';
import { isTrustPath, parseTrust } from './trust-route.js';
import { TrustRoutes } from './trust-routes.js';
import { parseV2, type V2Route } from './v2-route.js';

/** To whom a port belongs. */
export interface PortOwner {
  /** Lower-case name of the registry. */
  readonly key: string;
  /** Of whose replica it is; null for the registry's own. */
  readonly region: string | null;
}

/** How a request came to a registry. */
interface Arrival {
  /** Lower-case name of the registry; undefined when what was addressed can be none. */
  readonly key: string | undefined;
  /** By which the client can come back; undefined when it wrote something else. */
  readonly host: string | undefined;
  readonly client: ClientView;
  /** By whose endpoint it came; undefined: by the login server. */
  readonly region: string | undefined;
  /** Whether the data endpoint is meant, and in which region, where the host tells; undefined: the login server. */
  readonly data: { readonly region: string | undefined } | undefined;
}

/** Answers everything that is asked of a login server. Knows Node's requests alone, so that no framework reads a body. */
@Injectable()
export class EdgeHandler {
  private readonly logger = new Logger(EdgeHandler.name);
  private readonly privateNetworks = new PrivateNetworks(this.config.privateEndpoints);

  constructor(
    private readonly config: Config,
    private readonly proxies: TrustedProxies,
    private readonly loginServers: LoginServers,
    private readonly authorization: Authorization,
    private readonly tokenEndpoint: TokenEndpoint,
    private readonly exchange: ExchangeEndpoint,
    private readonly content: ContentRoutes,
    private readonly acr: AcrRoutes,
    private readonly trust: TrustRoutes,
    private readonly pulls: PullResolution,
    private readonly through: PullThrough,
    private readonly regions: Regions,
    private readonly proxy: EngineProxy,
    private readonly dataEndpoints: DataEndpoints,
    private readonly rates: RateGuard,
    private readonly pullTimes: PullTimes,
    @Optional() @Inject(EdgeObserver) private readonly observer?: EdgeObserver,
  ) {}

  /** Whether the host of a request to the main port names a registry, which need not exist. */
  handles(request: IncomingMessage): boolean {
    if (!this.config.roles.includes('edge')) return false;
    const host = this.proxies.areAny ? this.proxies.viewOf(request).host : request.headers.host;
    return isRegistryHost(host, this.config.loginServerSuffix);
  }

  /** Answers a request to the main port for which `handles` was true. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const client = this.proxies.viewOf(request);
    const data = this.dataHostOf(client.host);
    const named = data ?? this.regionHostOf(client.host);
    const key = named?.key ?? keyOfHost(client.host, this.config.loginServerSuffix);
    const host = key && client.host?.toLowerCase();
    void this.answer({ key, host, client, region: named?.region, data }, request, response);
  }

  /** Answers a request to a port that belongs to one registry, or to none any more. */
  handleOnPort(owner: PortOwner | undefined, request: IncomingMessage, response: ServerResponse): void {
    const key = owner?.key;
    const client = this.proxies.viewOf(request);
    // A proxy's clients come back by the proxy, on whatever port that has.
    const host = client.isProxied ? client.host?.toLowerCase() : hostOnPort(client.host, request.socket.localPort ?? 0);
    const dataHost = dataHostOf(client.host);
    const data = dataHost?.key === key ? dataHost : undefined;
    const regionHost = this.regionHostOf(client.host);
    const named = data ?? (regionHost?.key === key ? regionHost : undefined);
    const region = named?.region ?? owner?.region ?? undefined;
    const isForData = data !== undefined || hasPass(request.url);
    void this.answer(
      { key, host, client, region, data: isForData ? { region: data?.region } : undefined },
      request,
      response,
    );
  }

  /** The domain has to be that of the login servers, the port may be any. */
  private dataHostOf(host: string | undefined): DataHost | undefined {
    const named = dataHostOf(host);
    return named && `.${named.domain.replace(/:\d+$/, '')}` === this.config.loginServerSuffix ? named : undefined;
  }

  private regionHostOf(host: string | undefined) {
    return regionHostOf(host, this.config.loginServerSuffix);
  }

  private async answer(arrival: Arrival, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const observed = this.observe(request, response);
    try {
      const registry = await this.registryOf(arrival);
      requireAllowed(registry, arrival.client.address, this.config.subnets);
      if (!arrival.data) requireRegion(registry, arrival.region);
      const origin = originOf(registry, arrival);
      const { region, client } = arrival;
      const call = { registry, origin, region, address: client.address, request, response };
      await this.rates.watchLogin(call, () => this.route(call, arrival.data, observed));
    } catch (error) {
      this.refuse(error, request, response);
    } finally {
      drain(request);
    }
  }

  private async registryOf({ key, client }: Arrival): Promise<RegistryEndpoint> {
    const endpoints = this.privateNetworks.endpointsOf(client.address);
    const registry = key === undefined ? undefined : await this.loginServers.byKey(key, endpoints);
    if (registry) return registry;
    throw new OciError(
      'NAME_UNKNOWN',
      `No registry answers at '${client.host ?? ''}'; loginServer of the registry says where it does.`,
    );
  }

  private async route(call: EdgeCall, data: Arrival['data'], observed: { route: string }): Promise<void> {
    if (data) {
      observed.route = 'data';
      return this.dataEndpoints.answer(call, data.region);
    }
    const { registry, origin, address, request, response } = call;
    const { method = 'GET', url = '', headers } = request;
    const path = url.split('?', 1)[0] ?? '';
    if (path === '/oauth2/token') {
      observed.route = 'token';
      await this.rates.requireLogin(registry, address);
      return this.tokenEndpoint.answer(call);
    }
    if (path === '/oauth2/exchange') {
      observed.route = 'exchange';
      await this.rates.requireLogin(registry, address);
      return this.exchange.answer(call);
    }
    if (path.startsWith('/acr/v1/')) {
      const route = parseAcr(method, url);
      observed.route = 'acr';
      const { authorization } = headers;
      const { needs, instead } = route;
      const { login, access } = await this.authorization.admit({ registry, origin, authorization, needs, instead });
      await this.rates.require(call, operationOf('acr', method), login);
      const asked = contentCall(call, login, access);
      const isDeletion = method === 'DELETE';
      const entered = isDeletion ? await this.regions.enter(asked, { isDeletion }) : asked;
      return this.acr.answer(entered, route);
    }
    if (isTrustPath(path)) {
      observed.route = 'trust';
      const route = parseTrust(method, path, hostsOf(origin));
      const { login } = await this.authorization.admit({
        registry,
        origin,
        authorization: headers.authorization,
        needs: route.needs,
      });
      await this.rates.require(call, operationOf('trust', method), login);
      return this.trust.answer(contentCall(call, login), route);
    }
    if (path !== '/v2' && !path.startsWith('/v2/'))
      throw new OciError(
        'NAME_UNKNOWN',
        `There is nothing at ${path}; this login server serves /v2/, /acr/v1/, /oauth2/token and /oauth2/exchange.`,
      );
    const parsed = parseV2(method, url);
    observed.route = parsed.kind;
    const { needs, instead, source } = parsed;
    const { authorization } = headers;
    const { login, access } = await this.authorization.admit({
      registry,
      origin,
      authorization,
      needs,
      instead,
      source,
    });
    await this.rates.require(call, operationOf(parsed.kind, method), login);
    if (parsed.kind === 'base') return sendJson(response, 200, {});
    const asked = contentCall(call, login);
    const route = source ? await this.pulls.mounting(asked, parsed, access) : parsed;
    const entered = IN_ENGINES.has(route.kind) ? await this.regions.enter(asked, wishOf(route, method)) : asked;
    if (await this.content.answer(entered, route)) return;
    if (route.kind === 'referrers')
      throw new OciError(
        'UNSUPPORTED',
        'What was there before has no list of referrers; clients read the tag that stands for it.',
        {
          status: 404,
        },
      );
    if (route.kind === 'manifest' && method === 'GET') this.pullTimes.note(registry.id, route.name, route.last);
    // What is brought goes where all of the registry is to be found.
    if (await this.through.before(asked, route)) return;
    if (await this.dataEndpoints.redirect(entered, route, login)) return;
    await this.proxy.forward({ ...entered, route: await this.pulls.meant(entered, route) });
  }

  private refuse(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    const isOurs = error instanceof OciError;
    if (!isOurs || error.cause)
      this.logger.error({
        msg: 'a request to a login server failed',
        method: request.method,
        // A query may hold a pass.
        path: request.url?.split('?', 1)[0],
        err: error,
      });
    if (response.headersSent || response.destroyed) return void response.destroy();
    sendOciError(response, isOurs ? error : unavailable('The request could not be served now; try again.'));
  }

  private observe({ method = 'GET', socket }: IncomingMessage, response: ServerResponse): { route: string } {
    const observed = { route: 'none' };
    if (!this.observer) return observed;
    const [begunAt, written] = [performance.now(), socket.bytesWritten];
    response.once('close', () =>
      this.observer?.request({
        method,
        route: observed.route,
        status: response.statusCode,
        seconds: (performance.now() - begunAt) / 1000,
        bytes: socket.bytesWritten - written,
      }),
    );
    return observed;
  }
}

function originOf({ loginServer }: RegistryEndpoint, { host, client }: Arrival): Origin {
  return { base: `${client.scheme}://${host ?? loginServer}`, service: loginServer };
}

/** What engines are asked for; the rest is answered from the index, wherever the client is. */
const IN_ENGINES: ReadonlySet<V2Route['kind']> = new Set(['manifest', 'blob', 'uploads', 'upload']);

function wishOf({ kind, region }: V2Route, method: string): RegionWish {
  const isDeletion = kind !== 'upload' && method === 'DELETE';
  return { isDeletion, uploadRegion: region };
}
