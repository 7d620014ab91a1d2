import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LiveValidator } from 'oav/dist/lib/liveValidation/liveValidator.js';
import { PROJECT_FOLDER } from '../../src/openapi/project-folder.js';

/** Where the official descriptions of the API lie, when they are there at all. */
const FOLDER = join(PROJECT_FOLDER, '../shared/reference/spec');
const PROVIDER = 'containerregistry/resource-manager/Microsoft.ContainerRegistry';

/** The versions that the service speaks, and where each is described. */
const VERSIONS: Readonly<Record<string, string>> = {
  '2025-11-01': `${PROVIDER}/Registry/stable/2025-11-01`,
  '2022-12-01': `${PROVIDER}/stable/2022-12-01`,
  '2022-02-01-preview': `${PROVIDER}/preview/2022-02-01-preview`,
};

export const hasOfficialDescriptions = existsSync(FOLDER);

export function isDescribed(apiVersion: string): boolean {
  return hasOfficialDescriptions && apiVersion in VERSIONS;
}

let loading: Promise<LiveValidator> | undefined;

/** The judge, loaded at the first call. It takes a second, so it is loaded once per process. */
export function judge(): Promise<LiveValidator> {
  return (loading ??= load());
}

async function load(): Promise<LiveValidator> {
  const folder = await mkdtemp(join(tmpdir(), 'descriptions-'));
  try {
    await cp(join(FOLDER, 'common-types'), join(folder, 'common-types'), { recursive: true });
    for (const version of Object.values(VERSIONS)) await copyClosed(version, folder);
    const options = {
      git: { shouldClone: false },
      directory: folder,
      fileRoot: folder,
      swaggerPathsPattern: Object.values(VERSIONS).map((version) => `${version}/*.json`),
      isPathCaseSensitive: false,
      loadValidatorInBackground: false,
      loadValidatorInInitialize: false,
      isArmCall: true,
    };
    const silent = () => undefined;
    const validator = new LiveValidator(options, silent);
    await validator.initialize();
    return validator;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies a version with its enums closed: left open, the judge takes any text for a value of theirs. */
async function copyClosed(version: string, folder: string): Promise<void> {
  for (const file of await readdir(join(FOLDER, version)).then((names) =>
    names.filter((name) => name.endsWith('.json')),
  )) {
    const text = await readFile(join(FOLDER, version, file), 'utf8');
    const target = join(folder, version, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text.replaceAll(/"modelAsString": true/g, '"modelAsString": false'));
  }
}
