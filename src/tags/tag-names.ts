import { Injectable } from '@nestjs/common';
import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { ArmRequest } from '../arm/arm-request.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Scopes } from '../arm/scopes.js';
import { tagProblems } from '../arm/tags.js';
import { Database, type Tx } from '../database/database.js';
import type { PredefinedTag } from './predefined-tag.entity.js';
import {
  tagNameToWire,
  tagValueToWire,
  type TagNamePage,
  type TagNameWire,
  type TagValueWire,
} from './tag-names.wire.js';
import { TagUsage, type TagUse } from './tag-usage.js';
import {
  holdPredefined,
  insertPredefined,
  listPredefined,
  removePredefinedName,
  removePredefinedValue,
} from './tags.repository.js';

/** The tag names of a subscription: those predefined in it, and those in use. */
@Injectable()
export class TagNames {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly usage: TagUsage,
  ) {}

  async list({ id, caller, query, url }: ArmRequest): Promise<TagNamePage> {
    const page = pageOf(query);
    await this.scopes.assertReadable(this.database, id, caller);
    const predefined = byKey(await listPredefined(this.database, id.subscriptionId));
    const uses = await this.usage.of(id.subscriptionId);
    const keys = [...new Set([...predefined.keys(), ...uses.keys()])].toSorted();
    const wanted = keys.filter((key) => key > page.after).slice(0, page.limit + 1);
    return listBody(
      wanted,
      page,
      url,
      (key) => key,
      (key) => tagNameToWire(id.subscriptionId, predefined.get(key) ?? [], uses.get(key)),
    );
  }

  async putName(request: ArmRequest): Promise<TagNameWire> {
    const { id, caller } = request;
    const { subscriptionId } = id;
    const { name } = namesOf(request);
    throwIfAny(tagProblems({ [name]: '' }));
    const key = name.toLowerCase();
    const isNew = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id.subscription(), caller);
      return insertPredefined(tx, { subscriptionId, key, value: '', name });
    });
    request.answer(isNew ? 201 : 200);
    const predefined = (await listPredefined(this.database, subscriptionId)).filter((tag) => tag.key === key);
    return tagNameToWire(subscriptionId, predefined, (await this.usage.of(subscriptionId)).get(key));
  }

  async putValue(request: ArmRequest): Promise<TagValueWire> {
    const { id, caller } = request;
    const { subscriptionId } = id;
    const { name, value } = namesOf(request);
    throwIfAny(tagProblems({ [name]: value }));
    const key = name.toLowerCase();
    const kept = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id.subscription(), caller);
      const found = await holdPredefined(tx, { subscriptionId, key, value: '' });
      if (!found) throw nameNotFound(name);
      request.answer((await insertPredefined(tx, { ...found, value })) ? 201 : 200);
      return found;
    });
    const nameId = `/subscriptions/${subscriptionId}/tagNames/${kept.name}`;
    return tagValueToWire(nameId, value, (await this.usage.of(subscriptionId)).get(key)?.byValue.get(value) ?? 0);
  }

  /** The name and all its values, unless something has a tag of this name. */
  async deleteName(request: ArmRequest): Promise<void> {
    const { id } = request;
    const { name } = namesOf(request);
    const key = name.toLowerCase();
    await this.remove(request, {
      shown: name,
      isUsed: (uses) => uses.has(key),
      remove: (tx) => removePredefinedName(tx, id.subscriptionId, key),
    });
  }

  /** The value, unless something has the tag with it. */
  async deleteValue(request: ArmRequest): Promise<void> {
    const { id } = request;
    const { name, value } = namesOf(request);
    const key = name.toLowerCase();
    await this.remove(request, {
      shown: `${name}: ${value}`,
      isUsed: (uses) => uses.get(key)?.byValue.has(value) ?? false,
      remove: (tx) => removePredefinedValue(tx, id.subscriptionId, key, value),
    });
  }

  private async remove(request: ArmRequest, { shown, isUsed, remove }: Removal): Promise<void> {
    const { id, caller } = request;
    await this.scopes.assertReadable(this.database, id, caller);
    if (isUsed(await this.usage.of(id.subscriptionId)))
      throw new ArmError('TagInUse', `The tag '${shown}' is in use. Remove it from all that has it, and try again.`);
    const wasThere = await this.database.transaction(async (tx) => {
      await this.scopes.assertWritable(tx, id.subscription(), caller);
      return remove(tx);
    });
    request.answer(wasThere ? 200 : 204);
  }
}

interface Removal {
  readonly shown: string;
  readonly isUsed: (uses: ReadonlyMap<string, TagUse>) => boolean;
  readonly remove: (tx: Tx) => Promise<boolean>;
}

function byKey(tags: readonly PredefinedTag[]): ReadonlyMap<string, readonly PredefinedTag[]> {
  const found = new Map<string, PredefinedTag[]>();
  for (const tag of tags) found.set(tag.key, [...(found.get(tag.key) ?? []), tag]);
  return found;
}

/** The names in `tagNames/{name}/tagValues/{value}`. */
function namesOf({ id }: ArmRequest): { readonly name: string; readonly value: string } {
  const [, name = '', , value = ''] = id.rest;
  return { name, value };
}

function nameNotFound(name: string): ArmError {
  return new ArmError('TagNotFound', `There is no tag name '${name}' in the subscription. PUT the name first.`);
}
