import { isHost } from './upstream-host.js';

const SECRET = /^https:\/\/(?<host>[^/]+)\/secrets\/[a-zA-Z0-9-]{1,127}(?:\/[a-zA-Z0-9]{1,64})?$/;

/** Whether `text` is the URL of a key vault's secret: `https://<vault>/secrets/<name>`, and a version if one is meant. */
export function isSecretIdentifier(text: string): boolean {
  const host = SECRET.exec(text)?.groups?.['host'];
  return host !== undefined && isHost(host);
}
