import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { generatedFiles, type GeneratedFile } from './docs/generated-files.js';
import { firstDifference } from './docs/first-difference.js';
import { PROJECT_FOLDER } from './openapi/project-folder.js';

/** Writes what is generated from the sources; with `--check` writes nothing and fails when something would change. */
const isCheck = process.argv.includes('--check');
const ignorePath = join(PROJECT_FOLDER, '.prettierignore');
let stale = 0;
for (const file of await generatedFiles()) {
  const path = join(PROJECT_FOLDER, file.path);
  const now = await readFile(path, 'utf8').catch(() => '');
  const wanted = await formatted(file, path, now);
  if (wanted === now) continue;
  stale++;
  if (isCheck) process.stdout.write(`${file.path} is out of date. ${firstDifference(now, wanted)}\n`);
  else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
    process.stdout.write(`${file.path} written\n`);
  }
}
if (isCheck && stale > 0) {
  process.stdout.write('Run "npm run build && npm run generate", look at what changed, and commit it.\n');
  process.exitCode = 1;
}

async function formatted(file: GeneratedFile, path: string, now: string): Promise<string> {
  const { ignored, inferredParser } = await getFileInfo(path, { ignorePath });
  const content = file.content(now);
  return ignored || !inferredParser ? content : format(content, { ...(await resolveConfig(path)), filepath: path });
}
