/** One `type/name` pair of a resource id. The name is as the caller wrote it. */
export interface Segment {
  readonly type: string;
  readonly name: string;
}

/**
 * What the path of a request points at. Names keep the caller's casing (`groupName`, `name`); keys are lower case and are
 * what is stored and compared, so nobody else lowers anything again.
 */
export class ResourceId {
  private constructor(
    readonly subscriptionId: string,
    readonly groupName: string | undefined,
    /** As written; undefined for a subscription or a resource group. */
    readonly namespace: string | undefined,
    readonly segments: readonly Segment[],
    /** The part after the last complete `type/name` pair: a collection (`webhooks`) or an action (`listCredentials`). */
    readonly rest: readonly string[],
  ) {}

  /**
   * Reads a path. Repeated slashes count as one; undefined when it does not lie below `/subscriptions/{id}`, or has a NUL
   * in it, which no name has and PostgreSQL would choke on.
   */
  static parse(path: string): ResourceId | undefined {
    const parts = path.split('/').filter(Boolean).map(decoded);
    if (parts[0]?.toLowerCase() !== 'subscriptions' || !parts[1]) return undefined;
    if (parts.some((part) => part.includes('\0'))) return undefined;
    const subscriptionId = parts[1].toLowerCase();
    let at = 2;
    let groupName: string | undefined;
    if (parts[at]?.toLowerCase() === 'resourcegroups' && parts[at + 1]) {
      groupName = parts[at + 1];
      at += 2;
    }
    if (parts[at]?.toLowerCase() !== 'providers' || !parts[at + 1])
      return new ResourceId(subscriptionId, groupName, undefined, [], parts.slice(at));
    const namespace = parts[at + 1];
    at += 2;
    const segments: Segment[] = [];
    for (; at + 1 < parts.length; at += 2) segments.push({ type: parts[at]!, name: parts[at + 1]! });
    return new ResourceId(subscriptionId, groupName, namespace, segments, parts.slice(at));
  }

  /** The subscription alone. */
  subscription(): ResourceId {
    return new ResourceId(this.subscriptionId, undefined, undefined, [], []);
  }

  /** The resource group, or the subscription where none is named. */
  group(): ResourceId {
    return new ResourceId(this.subscriptionId, this.groupName, undefined, [], []);
  }

  /** What an extension, such as a lock, is about: all before the last `providers`. */
  extended(): ResourceId {
    const at = this.segments.findLastIndex(({ type }) => type.toLowerCase() === 'providers');
    return at < 0
      ? this.group()
      : new ResourceId(this.subscriptionId, this.groupName, this.namespace, this.segments.slice(0, at), []);
  }

  /** The resource that this one, or this collection, lies below. */
  parent(): ResourceId {
    const above = this.rest.length > 0 ? this.segments : this.segments.slice(0, -1);
    return new ResourceId(this.subscriptionId, this.groupName, this.namespace, above, []);
  }

  /** The resource itself, whatever action on it the path names. */
  resource(): ResourceId {
    return new ResourceId(this.subscriptionId, this.groupName, this.namespace, this.segments, []);
  }

  get groupKey(): string {
    return (this.groupName ?? '').toLowerCase();
  }

  /** Name of the resource itself, as written. */
  get name(): string {
    return this.segments.at(-1)?.name ?? this.groupName ?? this.subscriptionId;
  }

  /** Lower-case name of the resource itself. */
  get key(): string {
    return this.name.toLowerCase();
  }

  /** The id as written, without host and api-version. */
  toString(): string {
    const group = this.groupName === undefined ? '' : `/resourceGroups/${this.groupName}`;
    const provider = this.namespace === undefined ? '' : `/providers/${this.namespace}`;
    const names = this.segments.map(({ type, name }) => `/${type}/${name}`).join('');
    return `/subscriptions/${this.subscriptionId}${group}${provider}${names}`;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
