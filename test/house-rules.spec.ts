import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../src/openapi/project-folder.js';
import { HOUSE_RULES, type ProjectFile } from './support/house-rules.js';

const FOLDERS = ['src', 'migrations', 'test', 'bench', 'scripts', 'docs'];
const FILES = ['README.md', 'CHANGELOG.md', 'package.json', 'openapi.yaml', '.env.example', 'vitest.config.ts'];

const paths = [
  ...FILES,
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(PROJECT_FOLDER, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(PROJECT_FOLDER.length + 1)),
  ),
];
const files: readonly ProjectFile[] = paths.map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(join(PROJECT_FOLDER, path), 'utf8'),
}));

describe('in this house', () => {
  it.each(HOUSE_RULES)('$says', ({ appliesTo, find }) => {
    const judged = files.filter(({ path }) => appliesTo(path));
    expect(judged.length).toBeGreaterThan(0);
    expect(judged.flatMap((file) => find(file).map((found) => `${file.path}: ${found}`))).toEqual([]);
  });

  it.each(HOUSE_RULES)('a breach is noticed: $says', ({ appliesTo, find, example }) => {
    expect(appliesTo(example.path)).toBe(true);
    expect(find(example)).toHaveLength(1);
  });
});
