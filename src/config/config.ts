import { CLIENT_VARIABLES, ROLES, SETTINGS, variableOf } from './settings.js';
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

/** Settings that are good each by itself and cannot be had together. */
const CONFLICTS: readonly { readonly when: (config: Config) => boolean; readonly problem: string }[] = [
  {
    when: ({ roles, databaseUrl }) => databaseUrl === '' && roles.length < ROLES.length,
    problem:
      'BERTH_ROLES splits the service over processes, which then need one database: set BERTH_DATABASE_URL. ' +
      'The embedded PostgreSQL belongs to a single process with all roles.',
  },
];

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
  const config = Object.freeze(Object.fromEntries(read)) as Config;
  const conflicts = CONFLICTS.filter(({ when }) => when(config)).map(({ problem }) => problem);
  if (conflicts.length > 0) throw new ConfigError(conflicts);
  return config;
}
