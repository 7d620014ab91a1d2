import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { UNTAGGING } from '../content/untagging.js';
import { DataPlane } from '../data-plane/data-plane.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { acquireEngine } from './acquire-engine.js';
import { EngineClient, EngineLost } from '../data-plane/engine-client.js';
import { unavailable } from './oci-error.js';

type EngineOwner = Pick<RegistryEndpoint, 'name' | 'instanceName'>;

const RETRY_DELAYS_MS = [20, 200] as const;
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** It has answered that it failed, and can be asked again. */
class EngineFailed extends EngineLost {}

/** Takes content out of the engines by itself; every call may be repeated. False when there was nothing to take out. */
@Injectable()
export class EngineContent implements OnApplicationShutdown {
  private readonly engines = new EngineClient();

  constructor(private readonly dataPlane: DataPlane) {}

  onApplicationShutdown(): void {
    this.engines.close();
  }

  /**
   * Its tags go with it. An engine fails while others write or delete the same tags; a moment later it can, and what it had
   * deleted before it failed it has no more.
   */
  async deleteManifest(registry: EngineOwner, repository: string, digest: string): Promise<boolean> {
    const path = `/v2/${repository}/manifests/${digest}`;
    let hasFailed = false;
    for (const delayMs of RETRY_DELAYS_MS) {
      try {
        const wasThere = await this.withEngine(registry, (socketPath) => this.delete(socketPath, path));
        return wasThere || hasFailed;
      } catch (error) {
        if (!(error instanceof EngineLost)) throw error;
        hasFailed ||= error instanceof EngineFailed;
      }
      await delay(delayMs);
    }
    return (await this.with(registry, (socketPath) => this.delete(socketPath, path))) || hasFailed;
  }

  /**
   * Engines delete by digest alone, and every tag of it with it: so the tag is first moved to a manifest of its own, which
   * is empty and like no other.
   */
  untag(registry: EngineOwner, repository: string, tag: string): Promise<boolean> {
    return this.with(registry, async (socketPath) => {
      const path = `/v2/${repository}/manifests/`;
      if ((await this.engines.head(socketPath, path + tag)).status === 404) return false;
      const empty = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: INDEX_TYPE,
          manifests: [],
          annotations: { [UNTAGGING]: randomUUID() },
        }),
      );
      const put = { socketPath, method: 'PUT', path: path + tag, body: empty, contentType: INDEX_TYPE };
      const status = await this.engines.send(put);
      if (status !== 201) throw new Error(`The engine answered ${status} when the tag ${tag} was to be moved.`);
      await this.delete(socketPath, `${path}sha256:${createHash('sha256').update(empty).digest('hex')}`);
      return true;
    });
  }

  private async delete(socketPath: string, path: string): Promise<boolean> {
    const status = await this.engines.send({ socketPath, method: 'DELETE', path });
    if (status >= 500) throw new EngineFailed(`The engine answered ${status} to DELETE ${path}.`);
    if (status !== 202 && status !== 404) throw new Error(`The engine answered ${status} to DELETE ${path}.`);
    return status === 202;
  }

  private async with<T>(registry: EngineOwner, work: (socketPath: string) => Promise<T>): Promise<T> {
    try {
      return await this.withEngine(registry, work);
    } catch (error) {
      if (!(error instanceof EngineLost)) throw error;
      throw unavailable(`The engine of registry '${registry.name}' went away; try again.`, error);
    }
  }

  private async withEngine<T>(registry: EngineOwner, work: (socketPath: string) => Promise<T>): Promise<T> {
    const lease = await acquireEngine(this.dataPlane, registry);
    try {
      return await work(lease.socketPath);
    } finally {
      lease.release();
    }
  }
}
