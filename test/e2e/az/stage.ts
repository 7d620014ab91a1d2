import type { Az } from '../../support/az.js';
import type { Service } from '../../support/service.js';

/** Where commands are tried, one after the other: each `az` is a second of CPU. */
export interface Stage {
  readonly az: Az;
  readonly service: Service;
  /** A resource group in `westus`. */
  readonly group: string;
  /** A Premium registry in it. */
  readonly registry: string;
  /** The id of the registry. */
  readonly registryId: string;
}

/** A sentence, and the commands that show that it is true. */
export type Trial = readonly [says: string, tried: (stage: Stage) => Promise<void>];

/** The `name` of each item of a list. */
export function namesIn(list: unknown): readonly string[] {
  return (list as readonly { readonly name: string }[]).map(({ name }) => name);
}
