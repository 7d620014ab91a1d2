import { createServer } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { networkList } from '../config/parsers.js';
import { kindOf } from './address-kinds.js';
import { allowedBy, AddressRefused, LOOPBACK, OutboundAddresses } from './addresses.js';
import type { Resolve } from './resolve.js';

const KINDS = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'],
  private: [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    'fc00::1',
    'fdff::1',
    'fec0::1',
    '2002:a00:1::9',
  ],
  'link-local': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', '::ffff:a9fe:1'],
  metadata: ['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254', '168.63.129.16'],
  'shared (carrier-grade NAT)': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.1.1.1', 'ff02::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  reserved: [
    '240.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::7f00:1',
    '2001:db8::1',
    '64:ff9b:1::1',
    '2001::1',
  ],
  public: ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '2606:4700::1', '64:ff9b::808:808', '2002:808:808::'],
};

/** A name server that says the same of every name. */
const says =
  (...addresses: readonly string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })));

const lookedUp = (of: OutboundAddresses, all: boolean) =>
  new Promise((resolve) => {
    of.lookup('hooks.example', { all }, (error, ...found) => resolve(error ?? found));
  });

describe('addresses that customers name', () => {
  it.each(Object.entries(KINDS))('are known as %s', (kind, addresses) => {
    expect(Object.fromEntries(addresses.map((address) => [address, kindOf(address)]))).toEqual(
      Object.fromEntries(addresses.map((address) => [address, kind])),
    );
  });

  it.each([
    'http://0x7f.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://①②⑦.0.0.1/',
    'https://[64:ff9b::10.1.2.3]:8443/',
  ])('are refused in every way of writing them: %s', (url) => {
    const addresses = new OutboundAddresses([]);
    expect(() => addresses.admit(new URL(url).hostname)).toThrow(AddressRefused);
  });

  it('with a zone are no URL at all', () => {
    expect(URL.canParse('http://[fe80::1%25eth0]/')).toBe(false);
  });

  it('are admitted when they are public or allowed, and names are left to the lookup', () => {
    const addresses = new OutboundAddresses(networkList('10.0.0.0/8,fd00::/8'));
    for (const host of ['8.8.8.8', '10.1.2.3', '[::ffff:10.1.2.3]', '[fd00::7]', 'hooks.example'])
      addresses.admit(host);
    for (const host of ['192.168.0.1', '[fc00::7]', '127.0.0.1'])
      expect(() => addresses.admit(host)).toThrow(`${host} is refused, since it leads to a`);
  });

  it('are left out of what a name leads to', async () => {
    const mixed = new OutboundAddresses([], says('10.0.0.1', '8.8.8.8', '::1', '2606:4700::1'));
    const [v4, v6] = [
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ];
    expect(await lookedUp(mixed, true)).toEqual([[v4, v6]]);
    expect(await lookedUp(mixed, false)).toEqual(['8.8.8.8', 4]);
  });

  it('are refused by what they are when a name leads to nothing else, and never told', async () => {
    const refused = await lookedUp(new OutboundAddresses([], says('10.20.30.40')), true);
    expect(refused).toEqual(new AddressRefused('hooks.example', 'private'));
    expect((refused as Error).message).toBe('hooks.example is refused, since it leads to a private address');
  });

  it('of this machine are allowed by themselves where nobody else reaches the service', () => {
    const local = { listen: ['127.0.0.1', '::1'], trustedProxies: [] };
    expect(allowedBy('auto', local)).toEqual(LOOPBACK);
    expect(allowedBy('auto', { ...local, listen: ['127.0.0.1', '0.0.0.0'] })).toEqual([]);
    expect(allowedBy('auto', { ...local, trustedProxies: networkList('127.0.0.1') })).toEqual([]);
    expect(allowedBy([], local)).toEqual([]);
    expect(allowedBy(networkList('10.0.0.7'), local)).toEqual(networkList('10.0.0.7'));
  });

  it('are looked up once: what was looked at is what is connected to', async () => {
    const server = createServer((_request, response) => response.end('here'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    let asked = 0;
    // The second answer would be another one, as of a name server that wants to get behind the check.
    const rebinding: Resolve = (host) => says(asked++ === 0 ? '127.0.0.1' : '203.0.113.1')(host);
    const { lookup } = new OutboundAddresses(LOOPBACK, rebinding);
    const status = await new Promise((resolve, reject) => {
      request({ host: 'hooks.example', port, lookup, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    server.close();
    expect([status, asked]).toEqual([200, 1]);
  });
});
