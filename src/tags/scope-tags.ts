import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import type { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { ServedTypes, type ServedType } from '../arm/served-types.js';
import { parseTags, tagProblems, type Tags } from '../arm/tags.js';
import { Database } from '../database/database.js';
import { ResourceGroups } from '../subscriptions/resource-groups.js';
import { TAG_CHANGES } from './tag-changes.js';
import { TagsBody, TagsPatch, type TagsWire } from './tags.wire.js';
import { lockTagsOfSubscription, saveTagsOfSubscription, tagsOfSubscription } from './tags.repository.js';

type Change = (before: Tags) => Tags;

/** The tags of a subscription, a group or a resource, as a thing of their own. They are written as a PATCH writes them. */
@Injectable()
export class ScopeTags {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly groups: ResourceGroups,
    private readonly types: ServedTypes,
  ) {}

  async get(request: ArmRequest): Promise<TagsWire> {
    return toWire(request.id.extended(), await this.read(ofScope(request)));
  }

  async put(request: ArmRequest): Promise<TagsWire> {
    const named = namedIn(TagsBody, request.body).tags;
    return this.change(request, () => named);
  }

  async patch(request: ArmRequest): Promise<TagsWire> {
    const { body, tags } = namedIn(TagsPatch, request.body);
    return this.change(request, (before) => TAG_CHANGES[body.operation](before, tags));
  }

  async delete(request: ArmRequest): Promise<void> {
    await this.change(request, () => ({}));
  }

  private async change(request: ArmRequest, change: Change): Promise<TagsWire> {
    const tags = await this.write(ofScope(request), change);
    request.answer(200);
    return toWire(request.id.extended(), tags);
  }

  private async read(request: ArmRequest): Promise<Tags> {
    const { id, caller } = request;
    if (id.segments.length > 0) return tagsIn(await this.typeOf(id).get(request));
    if (id.groupName !== undefined) return tagsIn(await this.groups.get(request));
    await this.scopes.assertReadable(this.database, id, caller);
    return tagsOfSubscription(this.database, id.subscriptionId);
  }

  private async write(request: ArmRequest, change: Change): Promise<Tags> {
    const { id, caller } = request;
    const patchOf = (before: object) => ({ tags: change(tagsIn(before)) });
    if (id.segments.length > 0) return tagsIn(await this.typeOf(id).patch(request, patchOf));
    if (id.groupName !== undefined) return tagsIn(await this.groups.patch(request, patchOf));
    return this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id, caller);
      const tags = change(await lockTagsOfSubscription(tx, id.subscriptionId));
      throwIfAny(tagProblems(tags));
      await saveTagsOfSubscription(tx, id.subscriptionId, tags);
      return tags;
    });
  }

  private typeOf(id: ResourceId): ServedType {
    const found = this.types.of(id);
    if (found) return found;
    throw new ArmError('InvalidResourceType', `There is no resource type at '${id.toString()}'.`);
  }
}

/** The same request about the scope. What it answers there, such as where to poll, is nobody's here. */
function ofScope(request: ArmRequest): ArmRequest {
  return { ...request, id: request.id.extended(), answer: () => undefined, addHeaders: () => undefined };
}

function tagsIn(wire: object): Tags {
  return (wire as { readonly tags?: Tags }).tags ?? {};
}

/** @throws ArmError that lists everything that is wrong with the body. */
function namedIn<T extends { readonly properties?: object }>(
  shape: new () => T,
  body: unknown,
): { readonly body: T; readonly tags: Tags } {
  const parsed = parseBody(shape, body);
  if ('problems' in parsed) throwIfAny(parsed.problems);
  // From the body itself: the parser builds objects of its own.
  const tags = parseTags((body as { readonly properties?: { readonly tags?: unknown } }).properties?.tags);
  if ('problems' in tags) throwIfAny(tags.problems);
  return { body: (parsed as { readonly body: T }).body, tags: (tags as { readonly tags: Tags }).tags };
}

function toWire(scope: ResourceId, tags: Tags): TagsWire {
  return {
    id: `${scope.toString()}/providers/Microsoft.Resources/tags/default`,
    name: 'default',
    type: 'Microsoft.Resources/tags',
    properties: { tags },
  };
}
