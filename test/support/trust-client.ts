import { newServerKey } from '../../src/trust/server-keys.js';
import type { TufKey } from '../../src/trust/tuf-key.js';
import { OciClient, type OciAnswer } from './oci-client.js';
import { ecdsaKey, rootKey, rootOf, signedBy, targetsOf, type SigningKey } from './tuf.js';

export type Files = Readonly<Record<string, Buffer>>;

/** Finds who waits for a lock in the database. */
export const WAITING = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

/** The status, the code and, of what is notary's own, the fault. */
export function refusalOf({ status, json }: OciAnswer): readonly [number, string, string | undefined] {
  const [error] = (json as { errors?: { code: string; detail?: { Name?: string } | null }[] }).errors ?? [];
  return [status, error?.code ?? '', error?.detail?.Name];
}

/** Requests for the trust data of one repository. */
export class TrustClient {
  private readonly client: OciClient;
  private readonly path: string;

  constructor(
    readonly loginServer: string,
    readonly repository: string,
    ca: string,
    authorization?: string,
    host = loginServer,
  ) {
    this.client = new OciClient(`https://${loginServer}`, ca, authorization);
    this.path = `/v2/${host}/${repository}/_trust/tuf/`;
  }

  /** Such as `root.json`. */
  get(name: string): Promise<OciAnswer> {
    return this.client.send('GET', `${this.path}${name}`);
  }

  post(name: string, body?: Buffer, type = 'application/octet-stream'): Promise<OciAnswer> {
    return this.client.send('POST', `${this.path}${name}`, body ? { body, headers: { 'content-type': type } } : {});
  }

  /** Sends the files as notary does, under the names that they have here. */
  update(files: Files): Promise<OciAnswer> {
    const boundary = 'a boundary of tests';
    const parts = Object.entries(files).flatMap(([name, bytes]) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n` +
          'Content-Type: application/octet-stream\r\n\r\n',
      ),
      bytes,
      Buffer.from('\r\n'),
    ]);
    const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
    return this.post('', body, `multipart/form-data; boundary="${boundary}"`);
  }

  delete(): Promise<OciAnswer> {
    return this.client.send('DELETE', this.path);
  }

  /** The key of the service for a role. */
  async key(role: 'timestamp' | 'snapshot', rotated = false): Promise<TufKey> {
    const { json } = await (rotated ? this.post(`${role}.key`) : this.get(`${role}.key`));
    const { keytype, keyval } = json as { keytype: 'ecdsa'; keyval: { public: string } };
    return { type: keytype, public: keyval.public };
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** A collection that has been begun, and what it takes to go on with it. */
export interface Begun {
  readonly root: SigningKey;
  readonly targets: SigningKey;
  readonly files: Files;
}

/** Publishes a first root and empty targets, of which the service signs the rest. */
export async function begin(client: TrustClient): Promise<Begun> {
  const [root, targets] = [await rootKey(`${client.loginServer}/${client.repository}`), ecdsaKey()];
  const [snapshot, timestamp] = [await client.key('snapshot'), await client.key('timestamp')];
  const roles = { root: [root], targets: [targets], snapshot: [snapshot], timestamp: [timestamp] };
  const files = { root: signedBy([root], rootOf(1, roles)), targets: signedBy([targets], targetsOf(1)) };
  const { status, bytes } = await client.update(files);
  if (status !== 200) throw new Error(`The update was answered ${status}: ${bytes.toString()}`);
  return { root, targets, files };
}

/** A root that no service has anything to do with. */
export async function strangeRoot(gun: string): Promise<Buffer> {
  const root = await rootKey(gun);
  const [snapshot, timestamp] = [newServerKey('snapshot').key, newServerKey('timestamp').key];
  return signedBy([root], rootOf(1, { root: [root], targets: [root], snapshot: [snapshot], timestamp: [timestamp] }));
}
