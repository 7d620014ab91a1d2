import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { networkList } from '../config/parsers.js';
import { TrustedProxies } from './trusted-proxies.js';

const proxies = new TrustedProxies(networkList('10.0.0.0/8, fd00::/8, 192.0.2.7'));

function view(from: string, headers: Record<string, string> = {}, of = proxies) {
  const request = { socket: { remoteAddress: from }, headers: { host: 'inside:8443', ...headers } };
  return of.viewOf(request as unknown as IncomingMessage);
}

const told = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'acr.example.com',
};
const untold = { scheme: 'http', host: 'inside:8443', isProxied: false };

describe('trusted proxies', () => {
  it.each(['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1', '192.0.2.7'])('are believed when they are at %s', (from) => {
    expect(view(from, told)).toEqual({
      scheme: 'https',
      host: 'acr.example.com',
      address: '203.0.113.9',
      isProxied: true,
    });
  });

  it.each(['11.0.0.1', '192.0.2.8', 'fe80::1%eth0', '127.0.0.1'])('nobody is at %s, who is ignored', (from) => {
    expect(view(from, told)).toEqual({ ...untold, address: from.replace('%eth0', '') });
  });

  it('are none unless the settings name some', () => {
    expect(view('127.0.0.1', told, new TrustedProxies([]))).toEqual({ ...untold, address: '127.0.0.1' });
  });

  it('tell the port where it is not that of the scheme and the host has none', () => {
    const hostWith = (headers: Record<string, string>) => view('10.0.0.1', { ...told, ...headers }).host;
    expect(hostWith({ 'x-forwarded-port': '8443' })).toBe('acr.example.com:8443');
    expect(hostWith({ 'x-forwarded-port': '443' })).toBe('acr.example.com');
    expect(hostWith({ 'x-forwarded-port': '443', 'x-forwarded-proto': 'http' })).toBe('acr.example.com:443');
    expect(hostWith({ 'x-forwarded-port': '8443', 'x-forwarded-host': 'acr.example.com:9000' })).toBe(
      'acr.example.com:9000',
    );
  });

  it('that say nothing leave what the request itself says', () => {
    expect(view('10.0.0.1')).toEqual({ ...untold, address: '10.0.0.1', isProxied: true });
  });

  it.each([
    'evil.example/path',
    'evil.example"',
    'a b',
    'user@evil.example',
    'evil.example:99999',
    'evil\r\nset-cookie: a',
    '?',
    '',
  ])('cannot bring in the host %j', (host) => {
    expect(view('10.0.0.1', { 'x-forwarded-host': host }).host).toBe('inside:8443');
  });

  it('cannot bring in other schemes, ports and addresses', () => {
    const bad = { 'x-forwarded-proto': 'javascript', 'x-forwarded-port': '0443/', 'x-forwarded-for': 'unknown' };
    expect(view('10.0.0.1', bad)).toEqual({ ...untold, address: '10.0.0.1', isProxied: true });
  });

  it('are walked from the nearest on, so that what a client made up does not count', () => {
    const address = (list: string) => view('10.0.0.1', { 'x-forwarded-for': list }).address;
    expect(address('198.51.100.1, 203.0.113.9')).toBe('203.0.113.9');
    expect(address('10.9.9.9, 203.0.113.9')).toBe('203.0.113.9');
    expect(address('203.0.113.9, 10.0.0.2')).toBe('203.0.113.9');
    expect(address('203.0.113.9:51234')).toBe('203.0.113.9');
    expect(address('[2001:db8::1]:51234')).toBe('2001:db8::1');
    expect(address('198.51.100.1, rubbish, 10.0.0.2')).toBe('10.0.0.2');
  });

  it('of whom there are several say as much of the host as there are trusted ones', () => {
    const { scheme, host } = view('10.0.0.1', {
      'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.0.0.2',
      'x-forwarded-host': 'made.up, outer.example, inner.example',
      'x-forwarded-proto': 'http',
    });
    expect({ scheme, host }).toEqual({ scheme: 'http', host: 'outer.example' });
  });
});
