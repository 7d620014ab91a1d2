import type { Registry } from './registry.entity.js';

/** A setting of a resource that is kept without its effect. */
export interface SettingNotActedOn<R> {
  /** The path of the setting in a body. */
  readonly target: string;
  readonly isOn: (record: R) => boolean;
  /** What does not happen, as a sentence for people. */
  readonly missing: string;
}

/** Names, in every answer about one resource, what was asked for and is not done. */
export const NOT_ENFORCED_HEADER = 'x-berth-not-enforced';

/**
 * Settings of registries that are kept and told again, and whose effect is not there yet. A row leaves with the change that makes its
 * feature work. What has its whole effect already, since nothing could act against it, is not here: see
 * docs/decisions/0015-settings-kept-and-named.md.
 */
export const NOT_ACTED_ON: readonly SettingNotActedOn<Registry>[] = [
  {
    target: 'properties.metadataSearch',
    isOn: ({ metadataSearch }) => metadataSearch === 'Enabled',
    missing: 'artifacts cannot be searched',
  },
];

/** The header that names what is on and not done; none when there is nothing to name. */
export function notEnforcedHeaders<R>(
  settings: readonly SettingNotActedOn<R>[],
  record: R,
): Readonly<Record<string, string>> {
  const targets = settings.filter(({ isOn }) => isOn(record)).map(({ target }) => target);
  return targets.length === 0 ? {} : { [NOT_ENFORCED_HEADER]: targets.join(', ') };
}
