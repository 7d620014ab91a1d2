import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Network } from '../config/parsers.js';
import { isHost, withPort } from './host.js';

/** How a client reached the service: by itself, or as trusted proxies tell. */
export interface ClientView {
  readonly scheme: 'http' | 'https';
  /** As written; only what came by a proxy has been checked. */
  readonly host: string | undefined;
  /** IPv4 without the wrapping of IPv6. */
  readonly address: string;
  readonly isProxied: boolean;
}

/**
 * Believes `X-Forwarded-For`, `-Proto`, `-Host` and `-Port` of requests that come from the addresses in the settings, and of
 * nobody else. What cannot be read counts as not there.
 */
export class TrustedProxies {
  private readonly networks = new BlockList();

  constructor(private readonly trusted: readonly Network[]) {
    for (const { address, prefix, family } of trusted) this.networks.addSubnet(address, prefix, family);
  }

  /** Whether there is any; nothing has to be looked at otherwise. */
  get areAny(): boolean {
    return this.trusted.length > 0;
  }

  viewOf({ socket, headers }: IncomingMessage): ClientView {
    const scheme = (socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
    const peer = bareAddress(socket.remoteAddress ?? '');
    if (!this.trusts(peer)) return { scheme, host: headers.host, address: peer, isProxied: false };
    const { address, hops } = this.clientOf(peer, listOf(headers, 'x-forwarded-for'));
    const told = (name: string) => listOf(headers, name).at(-hops) ?? listOf(headers, name)[0];
    const seen = schemeOf(told('x-forwarded-proto')) ?? scheme;
    const host = [told('x-forwarded-host'), headers.host].find((one) => one !== undefined && isHost(one));
    const port = portOf(told('x-forwarded-port'));
    return { scheme: seen, host: host && withPort(host, port, seen), address, isProxied: true };
  }

  /** The nearest address that is no trusted proxy's: whatever stands before it in the list, its sender may have made up. */
  private clientOf(peer: string, forwarded: readonly string[]): { address: string; hops: number } {
    let [address, hops] = [peer, 0];
    for (const entry of forwarded.toReversed()) {
      if (!this.trusts(address)) break;
      const next = addressOf(entry);
      if (next === undefined) break;
      [address, hops] = [next, hops + 1];
    }
    return { address, hops: Math.max(1, hops) };
  }

  private trusts(address: string): boolean {
    const family = this.areAny ? isIP(address) : 0;
    return family !== 0 && this.networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/** The members of a header, of which each proxy on the way may have added one at the end. */
function listOf(headers: IncomingHttpHeaders, name: string): readonly string[] {
  return [headers[name] ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((item) => item.trim())
    .filter(Boolean);
}

function bareAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** `1.2.3.4`, `1.2.3.4:5678`, `::1` or `[::1]:5678`. */
function addressOf(entry: string): string | undefined {
  const [, v6, v4] = /^\[([^\]]+)\](?::\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry) ?? [];
  const address = bareAddress(v6 ?? v4 ?? entry);
  return isIP(address) === 0 ? undefined : address;
}

function schemeOf(text: string | undefined): 'http' | 'https' | undefined {
  const lower = text?.toLowerCase();
  return lower === 'http' || lower === 'https' ? lower : undefined;
}

function portOf(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port > 0 && port <= 65_535 ? port : undefined;
}
