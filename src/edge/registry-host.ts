/** A host with an optional port, and nothing that could end a header's quoted text. */
const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;

/** Whether a Host header names some registry, existing or not: `<anything><suffix>`, with or without a port. */
export function isRegistryHost(host: string | undefined, suffix: string): boolean {
  return host !== undefined && bareName(host).endsWith(suffix);
}

/** The lower-case name of the registry that a Host header names; undefined when it can be none. */
export function keyOfHost(host: string | undefined, suffix: string): string | undefined {
  if (host === undefined || !HOST.test(host.toLowerCase()) || !isRegistryHost(host, suffix)) return undefined;
  const key = bareName(host).slice(0, -suffix.length);
  return /^[a-z0-9]{5,50}$/.test(key) ? key : undefined;
}

/**
 * The host that a client of a registry's own port wrote, by which it can come back; undefined when it wrote another port,
 * or nothing that could be sent back to it.
 */
export function hostOnPort(host: string | undefined, port: number): string | undefined {
  const lower = host?.toLowerCase() ?? '';
  return Number(HOST.exec(lower)?.[1]) === port ? lower : undefined;
}

function bareName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}
