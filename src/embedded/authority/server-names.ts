/** What the server certificate is for. */
export interface ServerNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

/** This machine, and every registry below the login servers' suffix, such as `.azurecr.localhost`. */
export function serverNames(loginServerSuffix: string): ServerNames {
  const domain = loginServerSuffix.replace(/^\./, '');
  return { dns: [...new Set(['localhost', domain, `*.${domain}`])], ip: ['127.0.0.1', '::1'] };
}
