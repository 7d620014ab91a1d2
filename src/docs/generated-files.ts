import { stringify } from 'yaml';
import { WELCOME } from '../boot/welcome.js';
import { buildDocument } from '../openapi/document.js';
import { coverage } from './coverage.js';
import { errorsPage } from './errors.js';
import { shell } from './markdown.js';
import { settingsTable, envExample } from './settings.js';
import { skusPage } from './skus.js';

/** Older readers of YAML take a date for a date, so it is quoted. */
const YAML = { lineWidth: 120, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;

/** A file that is derived from the sources, whole or between two marks. */
export interface GeneratedFile {
  /** Below the project's folder. */
  readonly path: string;
  /** What the file has to hold, given what it holds now. */
  content(now: string): string;
}

/** Everything that is generated and committed. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const document = await buildDocument();
  return [
    { path: 'openapi.yaml', content: () => stringify(document, YAML) },
    { path: '.env.example', content: envExample },
    { path: 'docs/errors.md', content: errorsPage },
    { path: 'docs/skus.md', content: skusPage },
    {
      path: 'README.md',
      content: (now) => {
        const parts = {
          welcome: shell(WELCOME),
          settings: settingsTable(),
          coverage: coverage(document),
        };
        return Object.entries(parts).reduce((text, [name, content]) => between(text, name, content), now);
      },
    },
  ];
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
export function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The file has no ${begin} followed by ${end}; put them back.`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
