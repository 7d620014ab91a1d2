import { NOT_ACTED_ON, NOT_ENFORCED_HEADER } from '../registries/settings-not-acted-on.js';
import { code, tableOf } from './markdown.js';

/** The settings of registries that are kept without their effect, for the README. */
export function notActedOn(): string {
  return [
    `These settings of registries are kept and told again, and have no effect yet. While one is on, every answer about that registry names it in the header ${code(NOT_ENFORCED_HEADER)}.`,
    tableOf(
      ['Setting', 'What does not happen'],
      NOT_ACTED_ON.map(({ target, missing }) => [code(target), `${missing[0]?.toUpperCase()}${missing.slice(1)}.`]),
    ),
  ].join('\n\n');
}
