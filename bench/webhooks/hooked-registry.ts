import { pushBlob, pushTag, randomBlob, type ContentServer } from '../sections/content.js';
import { openRegistryService, putWebhook, readyRegistry } from '../sections/registry-service.js';
import type { Stage } from '../sections/stage.js';
import type { Service } from '../service.js';
import { startReceiver, type Receiver } from './receiver.js';

/** A registry and the receiver of its webhooks. */
export interface HookedRegistry {
  readonly service: Service;
  readonly receiver: Receiver;
  readonly push: (repository: string, tag: string) => Promise<void>;
  /** A webhook that hears of the pushes to one repository. */
  readonly hook: (name: string, repository: string) => Promise<void>;
}

/** A service with a registry `name`, into whose repositories can be pushed. */
export async function openHookedRegistry(
  stage: Stage,
  name: string,
  repositories: readonly string[],
): Promise<HookedRegistry> {
  const service = await openRegistryService(stage, name);
  const receiver = await startReceiver(await stage.folder(name));
  stage.atEnd('the receiver', receiver.stop);
  const scope = repositories.map((repository) => `repository:${repository}:pull,push`).join(' ');
  const ready = await readyRegistry(service, name, scope);
  const server: ContentServer = { host: ready.host, agent: service.agent, headers: ready.headers };
  const blob = randomBlob(1_000);
  for (const repository of repositories) await pushBlob(server, blob, repository);
  return {
    service,
    receiver,
    push: (repository, tag) => pushTag(server, blob, repository, tag),
    hook: (hook, repository) =>
      putWebhook(service, name, hook, { serviceUri: `${receiver.origin}/${hook}`, scope: `${repository}:*` }),
  };
}
