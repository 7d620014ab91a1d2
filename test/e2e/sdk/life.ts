import type { Receiver } from '../../support/webhook-receiver.js';
import type { Sdk, Way } from '../../support/sdk.js';

/** Where a life is lived. */
export interface Stage {
  readonly sdk: Sdk;
  readonly way: Way;
  /** The resource group. */
  readonly group: string;
  /** A Premium registry in it, for what lies below one. */
  readonly registry: string;
  readonly subscriptionId: string;
  /** Letters and digits that no other life of the kind has. */
  readonly unique: string;
  /** A location that no other replication of the registry is in. */
  readonly location: string;
  /** Whom webhooks tell. */
  readonly receiver: Receiver;
}

/** What one kind of resource goes through, from its creation to its end; it asserts each answer. */
export interface Life {
  /** The group of methods that it is about; an SDK that does not have it has not this life. */
  readonly of: string;
  readonly live: (stage: Stage) => Promise<void>;
}

/** The names in a list, in its order. */
export function namesOf(list: unknown): readonly string[] {
  return (list as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** A member of an answer that has to be a text. */
export function textOf(answer: unknown, member: string): string {
  const value: unknown = Reflect.get(answer as object, member);
  if (typeof value !== 'string') throw new Error(`${member} is no text in ${JSON.stringify(answer)}`);
  return value;
}
