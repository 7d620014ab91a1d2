import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { Config } from '../config/config.js';

const RECONNECT_MS = 500;

/** Called with the payload, or with undefined after the connection was lost and is back: anything may have been missed. */
export type Listener = (payload: string | undefined) => void;

/** PostgreSQL's LISTEN on one connection of its own, which is opened again for as long as the process lives. */
@Injectable()
export class Notifications implements OnApplicationShutdown {
  private readonly logger = new Logger(Notifications.name);
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: Client | undefined;
  private connecting: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly config: Config) {}

  /** Resolves when notifications sent from now on will arrive. Answers the way to stop. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(listener));
    this.connecting ??= this.connect();
    await this.connecting;
    await this.client?.query(`listen ${channel}`);
    return () => listeners.delete(listener);
  }

  /** False while notifications that somebody listens to cannot arrive. */
  get isConnected(): boolean {
    return this.connecting === undefined || this.client !== undefined;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.config.databaseUrl,
      application_name: 'berth-listen',
      keepAlive: true,
      // Those who listen do not wait for each other.
      pipeline: true,
    });
    client.on('error', () => undefined);
    client.on('end', () => this.lost(client));
    client.on('notification', ({ channel, payload }) => this.tell(channel, payload ?? ''));
    await client.connect();
    this.client = client;
    for (const channel of this.listeners.keys()) await client.query(`listen ${channel}`);
  }

  private lost(client: Client): void {
    if (this.stopped || client !== this.client) return;
    this.client = undefined;
    this.logger.warn('The connection for notifications was lost; opening it again.');
    this.reconnectSoon();
  }

  private reconnectSoon(): void {
    this.retry = setTimeout(() => {
      this.connecting = this.connect();
      this.connecting.then(
        () => [...this.listeners.keys()].forEach((channel) => this.tell(channel, undefined)),
        () => !this.stopped && this.reconnectSoon(),
      );
    }, RECONNECT_MS);
  }

  private tell(channel: string, payload: string | undefined): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(payload);
  }
}
