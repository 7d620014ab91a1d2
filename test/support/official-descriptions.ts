import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { LiveValidator } from 'oav/dist/lib/liveValidation/liveValidator.js';
import { PROJECT_FOLDER } from '../../src/openapi/project-folder.js';

/** Where the official descriptions of the API lie, when they are there at all. */
const FOLDER = join(PROJECT_FOLDER, '../shared/reference/spec');
const PROVIDER = 'containerregistry/resource-manager/Microsoft.ContainerRegistry';
const MAIN_FILE = 'containerregistry.json';
const ERROR_TYPES = 'common-types/resource-management/v6/types.json';

/** What login servers speak, next to the OCI distribution specification. */
export const DATA_PLANE = 'data plane 2021-07-01';

/** The versions that the service speaks, and where each is described. */
const VERSIONS: Readonly<Record<string, string>> = {
  '2025-11-01': `${PROVIDER}/Registry/stable/2025-11-01`,
  '2023-11-01-preview': `${PROVIDER}/preview/2023-11-01-preview`,
  '2023-07-01': `${PROVIDER}/stable/2023-07-01`,
  '2022-12-01': `${PROVIDER}/stable/2022-12-01`,
  '2022-02-01-preview': `${PROVIDER}/preview/2022-02-01-preview`,
  '2021-09-01': `${PROVIDER}/stable/2021-09-01`,
  '2021-08-01-preview': `${PROVIDER}/preview/2021-08-01-preview`,
  '2020-11-01-preview': `${PROVIDER}/preview/2020-11-01-preview`,
  '2019-05-01': `${PROVIDER}/stable/2019-05-01`,
  [DATA_PLANE]: 'containerregistry/data-plane/Azure.ContainerRegistry/stable/2021-07-01',
};

export const hasOfficialDescriptions = existsSync(FOLDER);

export function isDescribed(apiVersion: string): boolean {
  return hasOfficialDescriptions && Object.hasOwn(VERSIONS, apiVersion);
}

/** The main file of a version's official description. */
export function officialFile(apiVersion: string): string {
  return join(FOLDER, VERSIONS[apiVersion] ?? '', MAIN_FILE);
}

const judges = new Map<string, Promise<LiveValidator>>();

/** The judge of one version, loaded at its first call. It takes a second, so it is loaded once per process. */
export function judge(apiVersion: string): Promise<LiveValidator> {
  const known = judges.get(apiVersion) ?? load(VERSIONS[apiVersion] ?? '');
  judges.set(apiVersion, known);
  return known;
}

async function load(version: string): Promise<LiveValidator> {
  const folder = await mkdtemp(join(tmpdir(), 'descriptions-'));
  try {
    await cp(join(FOLDER, 'common-types'), join(folder, 'common-types'), { recursive: true });
    await copyClosed(version, folder);
    const options = {
      git: { shouldClone: false },
      directory: folder,
      fileRoot: folder,
      swaggerPathsPattern: [`${version}/*.json`],
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

interface Schema {
  readonly $ref?: string;
  readonly readOnly?: boolean;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/**
 * The paths of the members of a definition, such as `properties.policies.exportPolicy` or `rules.0.value`. What only the
 * service writes is one member, whatever it holds.
 */
export function describedMembers(apiVersion: string, definition: string): readonly string[] {
  return membersOf({ $ref: `#/definitions/${definition}` }, officialFile(apiVersion));
}

function membersOf({ $ref, allOf = [], properties = {}, items }: Schema, file: string): string[] {
  if ($ref) {
    const [path = '', pointer = ''] = $ref.split('#');
    const target = path ? join(dirname(file), path) : file;
    const { definitions } = JSON.parse(readFileSync(target, 'utf8')) as { definitions: Record<string, Schema> };
    return membersOf(definitions[pointer.replace('/definitions/', '')] ?? {}, target);
  }
  const own = Object.entries(properties).flatMap(([name, schema]) => [
    name,
    ...(schema.readOnly ? [] : membersOf(schema, file).map((inner) => `${name}.${inner}`)),
  ]);
  const ofItems = items ? membersOf(items, file).map((inner) => `0.${inner}`) : [];
  return [...allOf.flatMap((part) => membersOf(part, file)), ...own, ...ofItems];
}

/**
 * Copies a version with its enums closed: left open, the judge takes any text for a value of theirs. Descriptions before
 * 2025-11-01 mostly keep silent about errors, to which the judge would object; those are held to what it says of them.
 */
async function copyClosed(version: string, folder: string): Promise<void> {
  for (const file of await readdir(join(FOLDER, version)).then((names) =>
    names.filter((name) => name.endsWith('.json')),
  )) {
    const text = await readFile(join(FOLDER, version, file), 'utf8');
    const closed = text.replaceAll(/"modelAsString": true/g, '"modelAsString": false');
    const target = join(folder, version, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, JSON.stringify(withErrors(JSON.parse(closed) as Description, version)));
  }
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses?: object }>>>>;
}

function withErrors(description: Description, version: string): Description {
  const schema = { $ref: `${relative(version, ERROR_TYPES)}#/definitions/ErrorResponse` };
  const ofOperation = (operation: { readonly responses?: object }) =>
    operation.responses
      ? { ...operation, responses: { default: { description: 'An error.', schema }, ...operation.responses } }
      : operation;
  const ofPath = (path: Description['paths'][string]) =>
    Object.fromEntries(Object.entries(path).map(([method, operation]) => [method, ofOperation(operation)]));
  const paths = Object.entries(description.paths).map(([path, operations]) => [path, ofPath(operations)]);
  return { ...description, paths: Object.fromEntries(paths) as Description['paths'] };
}
