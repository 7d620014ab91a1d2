import { isHost } from './upstream-host.js';

const SECRET = /^https:\/\/(?<host>[^/]+)\/secrets\/(?<name>[a-zA-Z0-9-]{1,127})(?:\/(?<version>[a-zA-Z0-9]{1,64}))?$/;

/** The parts of the URL of a key vault's secret. */
export interface SecretIdentifier {
  /** Host of the vault, in lower case. */
  readonly vault: string;
  readonly name: string;
  /** Undefined: whichever is newest. */
  readonly version: string | undefined;
}

/** Reads `https://<vault>/secrets/<name>`, with a version if one is meant; undefined when it is something else. */
export function parseSecretIdentifier(text: string): SecretIdentifier | undefined {
  const { host = '', name = '', version } = SECRET.exec(text)?.groups ?? {};
  return isHost(host) ? { vault: host.toLowerCase(), name, version } : undefined;
}

export function isSecretIdentifier(text: string): boolean {
  return parseSecretIdentifier(text) !== undefined;
}
