const HOST = /^(?:[a-z0-9][a-z0-9._-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/i;

/** Whether `text` is a host with or without a port, and nothing that would become another part of a URL or of a header. */
export function isHost(text: string): boolean {
  const [matched, port] = HOST.exec(text) ?? [];
  return matched !== undefined && (port === undefined || Number(port) <= 65_535);
}

/** The host with `port`, unless it has one already or the scheme does without. */
export function withPort(host: string, port: number | undefined, scheme: 'http' | 'https'): string {
  const isNeeded = port !== undefined && port !== (scheme === 'https' ? 443 : 80) && !/:\d+$/.test(host);
  return isNeeded ? `${host}:${port}` : host;
}
