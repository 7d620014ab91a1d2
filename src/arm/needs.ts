import { SetMetadata } from '@nestjs/common';

export const NEEDED_RIGHT = 'arm:needed-right';

/** What a route asks of its callers besides a token; `authorization/` enforces it. */
export type NeededRight =
  | {
      /** As role definitions name it; `{namespace}` stands for the one in the path. */
      readonly action: string;
      /** Any role at the scope or somewhere below it does as well. */
      readonly orAnyRoleWithin: boolean;
    }
  | {
      /** Every caller may; this is why. */
      readonly nothingSince: string;
    };

/**
 * The action that a caller needs at what the path names, such as `Microsoft.ContainerRegistry/registries/read`. Every route
 * says this or `@NeedsNothing`, unless it is public or for operators only; one that says nothing answers nobody.
 */
export const Needs = (action: string, { orAnyRoleWithin = false } = {}): MethodDecorator & ClassDecorator =>
  SetMetadata<string, NeededRight>(NEEDED_RIGHT, { action, orAnyRoleWithin });

/** Opens a route to every caller with a token; `since` says why that gives nothing away. */
export const NeedsNothing = (since: string): MethodDecorator & ClassDecorator =>
  SetMetadata<string, NeededRight>(NEEDED_RIGHT, { nothingSince: since });
