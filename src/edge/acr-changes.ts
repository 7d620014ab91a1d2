import { Injectable } from '@nestjs/common';
import type { ChangeableAttributes } from '../content/changeable-attributes.js';
import { ContentAttributes } from '../content/content-attributes.js';
import { Trust } from '../trust/trust.js';
import type { AcrRoute } from './acr-route.js';
import type { ContentCall } from './content-call.js';
import { ContentDeletion } from './content-deletion.js';
import { ContentLocks } from './content-locks.js';
import { OciError, sendJson, unknownRepository, unknownTag } from './oci-error.js';
import { QuarantineChanges } from './quarantine-changes.js';
import { readText } from './read-form.js';

const ATTRIBUTES = ['deleteEnabled', 'writeEnabled', 'readEnabled', 'listEnabled'] as const;

type Change = (call: ContentCall) => Promise<void>;

/** What `/acr/v1/` changes: attributes, and what is deleted. */
@Injectable()
export class AcrChanges {
  constructor(
    private readonly attributes: ContentAttributes,
    private readonly deletion: ContentDeletion,
    private readonly locks: ContentLocks,
    private readonly quarantine: QuarantineChanges,
    private readonly trust: Trust,
  ) {}

  /** What a method does on that route; undefined when it only reads. A change that answers nothing is answered as a read. */
  of(method: string | undefined, route: AcrRoute): Change | undefined {
    if (method === 'PATCH') return (call) => this.patch(call, route);
    if (method !== 'DELETE') return undefined;
    return (call) => (route.kind === 'tag' ? this.untag(call, route) : this.deleteRepository(call, route));
  }

  private async patch(call: ContentCall, route: AcrRoute): Promise<void> {
    const { registry, request } = call;
    const { kind, name, last } = route;
    if (kind !== 'repository' && kind !== 'tag' && kind !== 'manifest') return;
    const owner = { registryId: registry.id, repository: name, kind, reference: last };
    const body = parsed(await readText(request));
    const attributes = readAttributes(body);
    if (kind === 'manifest') await this.quarantine.change(call, route, body, Object.keys(attributes).length > 0);
    await this.attributes.change(owner, attributes);
  }

  private async untag(call: ContentCall, { name, last }: AcrRoute): Promise<void> {
    const { registry, response } = call;
    await this.locks.require(registry, 'untag', name, last);
    if (!(await this.deletion.untag(call, name, last))) throw unknownTag(name, last);
    response.writeHead(202, { 'Content-Length': 0, 'Docker-Distribution-Api-Version': 'registry/2.0' }).end();
  }

  private async deleteRepository(call: ContentCall, { name }: AcrRoute): Promise<void> {
    const { registry, response } = call;
    await this.locks.requireDeletable(registry, name);
    const deleted = await this.deletion.deleteRepository(call, name);
    const hadTrust = await this.trust.forget({ registryId: registry.id, repository: name });
    if (!deleted && !hadTrust) throw unknownRepository(name);
    sendJson(response, 202, deleted ?? { manifestsDeleted: [], tagsDeleted: [] });
  }
}

/** Those that are not written stay as they are. @throws OciError 400 when it is no such object. */
function readAttributes(body: Readonly<Record<string, unknown>>): Partial<ChangeableAttributes> {
  return Object.fromEntries(
    ATTRIBUTES.flatMap((name) => {
      const value = body[name];
      if (value === undefined || value === null) return [];
      if (typeof value !== 'boolean') throw malformed(`${name} is neither true nor false`);
      return [[name, value]];
    }),
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body = JSON.parse(text === '' ? '{}' : text) as unknown;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    throw malformed('the body is not JSON');
  }
  throw malformed('the body is no object');
}

function malformed(what: string): OciError {
  return new OciError('UNSUPPORTED', `The attributes cannot be read: ${what}; write {"writeEnabled": false}.`, {
    status: 400,
  });
}
