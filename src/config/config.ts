import { CLIENT_VARIABLES, SETTINGS, variableOf } from './settings.js';
import type { Setting, SettingName } from './settings.js';

type Settings = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never;
};

/** Every setting, read and checked. The class is the injection token. */
export abstract class Config {}
export interface Config extends Settings {}

/** Everything that is wrong with the settings, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * Reads the settings from `env` (the process's own unless told otherwise).
 * @throws ConfigError naming every unknown variable and every value that cannot be read.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const names = Object.keys(SETTINGS) as SettingName[];
  const known = new Set<string>([...names.map(variableOf), ...CLIENT_VARIABLES]);
  for (const variable of Object.keys(env))
    if (variable.startsWith('BERTH_') && !known.has(variable))
      problems.push(`${variable} is not a setting; .env.example lists them all.`);

  const read = names.map((name) => {
    try {
      return [name, SETTINGS[name].parse(env[variableOf(name)] ?? SETTINGS[name].default)];
    } catch (error) {
      problems.push(`${variableOf(name)} ${(error as Error).message}.`);
      return [name, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(Object.fromEntries(read)) as Config;
}
