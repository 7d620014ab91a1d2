import type { PredefinedTag } from './predefined-tag.entity.js';
import type { TagUse } from './tag-usage.js';

/** How often something is used. */
export class TagCountWire {
  /** @example "Total" */
  readonly type: string;

  readonly value: number;
}

/** A value of a tag name. */
export class TagValueWire {
  /**
   * The path of the value.
   * @example "/subscriptions/00000000-0000-0000-0000-000000000000/tagNames/env/tagValues/test"
   */
  readonly id: string;

  /** @example "test" */
  readonly tagValue: string;

  readonly count: TagCountWire;
}

/** A tag name, with its values. */
export class TagNameWire {
  /**
   * The path of the name.
   * @example "/subscriptions/00000000-0000-0000-0000-000000000000/tagNames/env"
   */
  readonly id: string;

  /** @example "env" */
  readonly tagName: string;

  readonly count: TagCountWire;

  readonly values: TagValueWire[];
}

/** One page of tag names. */
export class TagNamePage {
  readonly value: TagNameWire[];

  /** The next page; absent on the last one. */
  readonly nextLink?: string;
}

/** A name with the values that were predefined and those in use. */
export function tagNameToWire(
  subscriptionId: string,
  predefined: readonly PredefinedTag[],
  use: TagUse | undefined,
): TagNameWire {
  const tagName = predefined[0]?.name ?? use?.name ?? '';
  const id = `/subscriptions/${subscriptionId}/tagNames/${tagName}`;
  const known = predefined.map(({ value }) => value).filter(Boolean);
  const values = [...new Set([...known, ...(use?.byValue.keys() ?? [])])].toSorted();
  const counts = [...(use?.byValue.values() ?? [])];
  return {
    id,
    tagName,
    count: countOf(counts.reduce((sum, count) => sum + count, 0)),
    values: values.map((value) => tagValueToWire(id, value, use?.byValue.get(value) ?? 0)),
  };
}

export function tagValueToWire(nameId: string, tagValue: string, uses: number): TagValueWire {
  return { id: `${nameId}/tagValues/${tagValue}`, tagValue, count: countOf(uses) };
}

function countOf(value: number): TagCountWire {
  return { type: 'Total', value };
}
