import type { Server } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Notifications } from '../database/notifications.js';
import { REGISTRIES_CHANNEL, type PortToServe } from '../registries/login-servers.repository.js';
import { LoginServers } from '../registries/login-servers.js';
import { EdgeHandler, type PortOwner } from './edge-handler.js';
import { createEdgeServer } from './edge-server.js';
import { openPort, type OpenPort } from './login-ports.js';
import { TlsCredentials } from './tls-credentials.js';

const RESYNC_MS = 30_000;
/** A port that another program has may be free again soon: after a restart it is our own predecessor's. */
const RESYNC_AFTER_FAILURE_MS = 1_000;
const SHUTDOWN_LIMIT_MS = 5_000;

/** Keeps the ports on which this process listens in step with the registries. */
@Injectable()
export class EdgeListeners implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(EdgeListeners.name);
  private readonly open = new Map<number, OpenPort>();
  private readonly owners = new Map<number, PortOwner>();
  private readonly reported = new Set<number>();
  private server: Server;
  private stopListening: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private syncing: Promise<void> | undefined;
  private isStale = false;
  private isStopped = false;
  private inFlight = 0;

  constructor(
    private readonly config: Config,
    private readonly loginServers: LoginServers,
    private readonly notifications: Notifications,
    private readonly handler: EdgeHandler,
    private readonly tls: TlsCredentials,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('edge')) return;
    this.server = createEdgeServer(this.config.tls === 'off' ? undefined : this.tls, (request, response) => {
      this.inFlight++;
      response.once('close', () => this.inFlight--);
      if (this.isStopped) response.setHeader('Connection', 'close');
      this.handler.handleOnPort(this.owners.get(request.socket.localPort ?? 0), request, response);
    });
    this.stopListening = await this.notifications.listen(REGISTRIES_CHANNEL, () => this.refresh());
    await this.sync();
  }

  /** Takes no more connections and lets what moves go on for a while. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.server) return;
    this.isStopped = true;
    this.stopListening();
    clearTimeout(this.timer);
    await this.syncing;
    for (const open of this.open.values()) open.close();
    this.open.clear();
    const deadline = performance.now() + SHUTDOWN_LIMIT_MS;
    while (this.inFlight > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    this.server.closeAllConnections();
    this.server.close();
  }

  /** One synchronisation at a time; whatever is announced during one is covered by one more after it. */
  private refresh(): void {
    if (this.isStopped) return;
    if (this.syncing) this.isStale = true;
    else void this.sync();
  }

  private sync(): Promise<void> {
    clearTimeout(this.timer);
    this.isStale = false;
    this.syncing = this.synchronise()
      .catch((error: unknown) => {
        this.logger.error({ msg: 'the ports of the registries could not be brought up to date', err: error });
        return false;
      })
      .then((isComplete) => {
        this.syncing = undefined;
        if (this.isStopped) return undefined;
        if (this.isStale) return this.sync();
        this.timer = setTimeout(() => this.refresh(), isComplete ? RESYNC_MS : RESYNC_AFTER_FAILURE_MS);
        return undefined;
      });
    return this.syncing;
  }

  /** Whether every port that should be open is. */
  private async synchronise(): Promise<boolean> {
    const wanted = await this.loginServers.ports();
    const ports = new Set(wanted.map(({ port }) => port));
    for (const [port, open] of this.open)
      if (!ports.has(port)) {
        open.close();
        this.open.delete(port);
        this.owners.delete(port);
      }
    let isComplete = true;
    for (const one of wanted) if (!this.isStopped && !(await this.serve(one))) isComplete = false;
    return isComplete;
  }

  private async serve({ port, key, region, listening }: PortToServe): Promise<boolean> {
    this.owners.set(port, { key, region });
    if (!this.open.has(port) && !(await this.tryToOpen(port, key, listening))) return false;
    if (!listening) await this.loginServers.listening(port);
    return true;
  }

  private async tryToOpen(port: number, key: string, isServedElsewhere: boolean): Promise<boolean> {
    try {
      const onConnection = (socket: unknown) => this.server.emit('connection', socket);
      const options = { port, addresses: this.config.listen, allowHalfOpen: this.config.tls === 'off', onConnection };
      this.open.set(port, await openPort(options));
      this.reported.delete(port);
      return true;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!this.reported.has(port))
        this.logger.warn({
          msg: 'a login server cannot listen on its port; by host name it answers',
          port,
          key,
          err: error,
        });
      this.reported.add(port);
      if (isTaken && !isServedElsewhere) await this.loginServers.blocked(port);
      return false;
    }
  }
}
