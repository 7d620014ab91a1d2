import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { keepFirst, readIfAny, replaceFile } from '../kept-file.js';
import type { KeyPair } from './issue.js';
import { serverNames } from './server-names.js';
import type { ServerNames } from './server-names.js';

/** What the service needs to speak TLS, and where clients find whom to trust. */
export interface TlsFiles {
  /** PEM: the server's certificate, then the authority's. */
  readonly cert: string;
  readonly key: string;
  /** PEM file with the authority's certificate, for clients; anybody may read it. */
  readonly caFile: string;
}

const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;
const READABLE_BY_ALL = 0o644;

/**
 * The authority and the server certificate in DATA_DIR/tls. The authority is made once and lasts ten years; the server
 * certificate is made again when 30 days or less are left and when the names have changed.
 */
export async function ensureCertificates(
  { dataDir, loginServerSuffix, regions }: Pick<Config, 'dataDir' | 'loginServerSuffix' | 'regions'>,
  nowMs = Date.now(),
): Promise<TlsFiles> {
  const caFile = join(dataDir, 'tls/ca.crt');
  const authority = await ensureAuthority(join(dataDir, 'tls/ca.pem'), nowMs);
  if ((await readIfAny(caFile)) !== authority.certificate)
    await replaceFile(caFile, authority.certificate, READABLE_BY_ALL);

  const serverFile = join(dataDir, 'tls/server.pem');
  const names = serverNames(loginServerSuffix, regions);
  const kept = parsePair(await readIfAny(serverFile));
  const server = isGood(kept, authority, names, nowMs)
    ? kept
    : await (await issuing()).issueServer(authority, names, nowMs);
  if (server !== kept) await replaceFile(serverFile, printPair(server));
  return { cert: server.certificate + authority.certificate, key: server.key, caFile };
}

/** Read only when a certificate has to be made: most starts need none, and it holds megabytes. */
function issuing() {
  return import('./issue.js');
}

async function ensureAuthority(file: string, nowMs: number): Promise<KeyPair> {
  const issue = async () => (await issuing()).issueAuthority(nowMs);
  const make = async () => printPair(await issue());
  const kept = parsePair(await keepFirst(file, make));
  if (kept && isPair(kept) && isFresh(kept, nowMs)) return kept;
  const next = await issue();
  await replaceFile(file, printPair(next));
  return next;
}

function isGood(server: KeyPair | undefined, authority: KeyPair, names: ServerNames, nowMs: number): server is KeyPair {
  if (!server || !isPair(server) || !isFresh(server, nowMs)) return false;
  const certificate = new X509Certificate(server.certificate);
  return (
    certificate.verify(new X509Certificate(authority.certificate).publicKey) &&
    certificate.subjectAltName === printedNames(names)
  );
}

function isPair({ certificate, key }: KeyPair): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

function isFresh({ certificate }: KeyPair, nowMs: number): boolean {
  return new X509Certificate(certificate).validToDate.getTime() - nowMs > RENEW_BEFORE_MS;
}

/** As `subjectAltName` prints them. */
function printedNames({ dns, ip }: ServerNames): string {
  const printedIp = ip.map((address) => (address === '::1' ? '0:0:0:0:0:0:0:1' : address));
  return [...dns.map((name) => `DNS:${name}`), ...printedIp.map((address) => `IP Address:${address}`)].join(', ');
}

/** Both in one file, so that they cannot be separated by a crash. */
function printPair({ certificate, key }: KeyPair): string {
  return certificate + key;
}

function parsePair(text: string | undefined): KeyPair | undefined {
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text ?? '') ?? [];
  const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text ?? '') ?? [];
  return certificate && key ? { certificate, key } : undefined;
}
