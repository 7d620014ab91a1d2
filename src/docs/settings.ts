import { SETTINGS, variableOf } from '../config/settings.js';
import type { Setting, SettingName } from '../config/settings.js';
import { code, tableOf } from './markdown.js';

const ENTRIES = Object.entries(SETTINGS) as [SettingName, Setting<unknown>][];

/** The settings, for the README. */
export function settingsTable(): string {
  return tableOf(
    ['Variable', 'Default', 'Meaning'],
    ENTRIES.map(([name, { default: text, meaning }]) => [code(variableOf(name)), text ? code(text) : '', meaning]),
  );
}

/** `.env.example`: every setting with its default, commented out. */
export function envExample(): string {
  const entries = ENTRIES.map(
    ([name, { default: text, meaning }]) => `# ${meaning.replaceAll('`', '')}\n# ${variableOf(name)}=${text}\n`,
  );
  return ['# Every setting with its default. Written by "npm run generate".\n', ...entries].join('\n');
}
