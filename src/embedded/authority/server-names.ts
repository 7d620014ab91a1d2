/** What the server certificate is for. */
export interface ServerNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

/**
 * This machine, and every registry below the login servers' suffix, such as `.azurecr.localhost`, with its endpoints in the
 * regions: a wildcard stands for one label, so that each region needs its own.
 */
export function serverNames(loginServerSuffix: string, regions: readonly string[]): ServerNames {
  const domain = loginServerSuffix.replace(/^\./, '');
  const data = [domain, 'localhost'].flatMap((parent) => regions.map((region) => `*.${region}.data.${parent}`));
  const geo = regions.map((region) => `*.${region}.geo.${domain}`);
  return { dns: [...new Set(['localhost', domain, `*.${domain}`, ...data, ...geo])], ip: ['127.0.0.1', '::1'] };
}
