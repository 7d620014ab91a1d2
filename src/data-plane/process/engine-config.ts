import type { Secret } from '../../secrets/secret.js';

export interface EngineSettings {
  readonly socketPath: string;
  readonly storageFolder: string;
  readonly readOnly: boolean;
  readonly httpSecret: Secret;
}

/** The engine's configuration file. It is JSON, which is YAML. Holds the secret, so the file must be private. */
export function engineConfig(settings: EngineSettings): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'warn', formatter: 'text', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: settings.storageFolder, maxthreads: 100 },
      cache: { blobdescriptor: 'inmemory' },
      delete: { enabled: true },
      maintenance: {
        // The purger waits up to an hour before its first run; an engine that stops when idle would never reach it.
        uploadpurging: { enabled: false },
        readonly: { enabled: settings.readOnly },
      },
    },
    // Relative addresses are right whatever name and port the client used.
    http: { net: 'unix', addr: settings.socketPath, secret: settings.httpSecret.reveal(), relativeurls: true },
    // Windows images name layers that their maker's server holds; by default the engine refuses those.
    validation: { manifests: { urls: { allow: ['^https?://'] } } },
  });
}
