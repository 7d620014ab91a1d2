import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

/** A file of the project, read. `path` is below the project's folder, with slashes. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

export interface HouseRule {
  readonly says: string;
  readonly appliesTo: (path: string) => boolean;
  /** What breaks the rule, in words that name the place in the file. */
  readonly find: (file: ProjectFile) => readonly string[];
  /** Breaks the rule. */
  readonly example: ProjectFile;
}

/**
 * Which rooms each room of `src/` may import. What stands directly in `src/` puts the rooms together and may import all of
 * them; `openapi/` may import that.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  config: [],
  secrets: ['config'],
  database: ['config'],
  work: ['config', 'database'],
  forwarding: ['config'],
  outbound: ['config'],
  arm: ['database', 'forwarding', 'work'],
  'activity-log': ['arm', 'config', 'database', 'work'],
  'data-plane': ['config', 'secrets'],
  identity: ['arm', 'config', 'database', 'forwarding', 'secrets', 'work'],
  throttling: ['arm', 'config'],
  authorization: ['arm', 'config', 'database', 'identity', 'work'],
  faults: ['arm', 'config', 'database', 'work'],
  locks: ['arm', 'database', 'work'],
  subscriptions: ['arm', 'authorization', 'config', 'database', 'work'],
  moves: ['arm', 'authorization', 'database', 'locks', 'subscriptions', 'work'],
  tags: ['arm', 'database', 'subscriptions'],
  credentials: ['database', 'registries', 'secrets'],
  trust: ['database', 'registries', 'secrets', 'work'],
  usage: ['config', 'database', 'registries', 'work'],
  registries: ['arm', 'config', 'credentials', 'data-plane', 'database', 'usage', 'work'],
  'credential-sets': ['arm', 'config', 'database', 'registries', 'secrets', 'upstream', 'work'],
  'cache-rules': [
    'arm',
    'config',
    'content',
    'copying',
    'credential-sets',
    'data-plane',
    'database',
    'edge',
    'registries',
    'upstream',
    'work',
  ],
  'scope-maps': ['arm', 'database', 'registries'],
  tokens: ['arm', 'database', 'registries', 'scope-maps', 'secrets', 'work'],
  webhooks: ['arm', 'config', 'content', 'database', 'outbound', 'registries', 'secrets', 'work'],
  replications: ['arm', 'config', 'content', 'copying', 'data-plane', 'database', 'registries', 'work'],
  policies: ['arm', 'content', 'database', 'edge', 'registries', 'work'],
  'private-endpoints': ['arm', 'config', 'database', 'registries'],
  'connected-registries': ['arm', 'database', 'registries', 'tokens'],
  'provider-operations': ['arm'],
  content: ['config', 'data-plane', 'database', 'registries', 'usage', 'work'],
  copying: ['content', 'data-plane'],
  upstream: ['config', 'copying', 'data-plane', 'outbound', 'secrets'],
  imports: [
    'arm',
    'authorization',
    'config',
    'content',
    'copying',
    'data-plane',
    'database',
    'edge',
    'registries',
    'secrets',
    'upstream',
    'work',
  ],
  'rate-limits': ['config', 'database', 'registries', 'throttling', 'work'],
  edge: [
    'arm',
    'authorization',
    'config',
    'content',
    'copying',
    'credentials',
    'data-plane',
    'database',
    'forwarding',
    'identity',
    'rate-limits',
    'registries',
    'secrets',
    'tokens',
    'trust',
    'usage',
    'work',
  ],
  observability: [
    'activity-log',
    'cache-rules',
    'config',
    'content',
    'data-plane',
    'database',
    'edge',
    'identity',
    'replications',
    'webhooks',
    'work',
  ],
  'api-versions': [
    'arm',
    'cache-rules',
    'connected-registries',
    'credential-sets',
    'private-endpoints',
    'provider-operations',
    'registries',
    'replications',
    'scope-maps',
    'tokens',
    'webhooks',
  ],
  embedded: ['config', 'database', 'secrets'],
  commands: ['config', 'content', 'data-plane', 'database', 'embedded', 'replications', 'usage', 'work'],
  boot: [
    '',
    'config',
    'data-plane',
    'database',
    'edge',
    'embedded',
    'identity',
    'observability',
    'openapi',
    'subscriptions',
  ],
  openapi: ['', 'api-versions', 'arm', 'config'],
  docs: ['api-versions', 'arm', 'boot', 'config', 'openapi', 'registries'],
};

const MAX_LINES = 300;
const SQL =
  /\b(select\s+\S[\s\S]*?\sfrom\s|select\s+pg_|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|(create|alter|drop)\s+(table|index|database|role)\s|truncate\s+\w)/i;
const MACHINE_PATH = /(?:^|[\s"'`(=:])(\/(?:work|tmp|root)\/[\w.-]*)/gm;
const SUPPRESSION = /(oxlint|eslint)-disable|@ts-(ignore|nocheck)|prettier-ignore/;
const SKU_NAMES: readonly string[] = ['Basic', 'Standard', 'Premium'];

const isSource = (path: string): boolean =>
  path.startsWith('src/') && path.endsWith('.ts') && !path.endsWith('.spec.ts');
const isCode = (path: string): boolean => /\.(ts|mjs)$/.test(path);
const isOurs = (path: string): boolean => !path.includes('house-rules');

export const HOUSE_RULES: readonly HouseRule[] = [
  {
    says: 'a room imports only the rooms that it may know',
    appliesTo: isSource,
    find: ({ path, text }) => {
      const room = roomOf(path);
      if (room === '') return [];
      const allowed = MAY_IMPORT[room];
      if (!allowed) return [`the room ${room} is not in the table of rooms`];
      return importsOf(text)
        .map((target) => join(dirname(path), target))
        .filter((target) => roomOf(target) !== room && !allowed.includes(roomOf(target)))
        .map((target) => `imports ${target}`);
    },
    example: { path: 'src/arm/a.ts', text: `import { a } from '../registries/sku.js';` },
  },
  {
    says: 'only src/config reads the environment',
    appliesTo: (path) => isSource(path) && !path.startsWith('src/config/'),
    find: ({ text }) => matches(text, /process\s*\.\s*env\b|process\[['"]env/g),
    example: { path: 'src/arm/a.ts', text: 'const a = process.env.HOME;' },
  },
  {
    says: 'SQL is written in repositories, in migrations, and where statements are run',
    appliesTo: (path) => isSource(path) && !path.endsWith('.repository.ts') && !path.startsWith('src/database/'),
    find: ({ text }) => textsOf(text).filter((literal) => SQL.test(literal)),
    example: { path: 'src/arm/a.ts', text: 'const a = `select id\n from operations`;' },
  },
  {
    says: 'only src/registries/sku.ts compares SKUs',
    appliesTo: (path) => isSource(path) && path !== 'src/registries/sku.ts',
    find: ({ text }) => skuComparisonsOf(text),
    example: { path: 'src/edge/a.ts', text: `const isLarge = sku === 'Premium';` },
  },
  {
    says: `no file is longer than ${MAX_LINES} lines`,
    appliesTo: (path) => isSource(path) || /^(migrations|scripts|bench)\//.test(path),
    find: ({ text }) => {
      const lines = text.split('\n').length - 1;
      return lines > MAX_LINES ? [`it has ${lines}`] : [];
    },
    example: { path: 'src/arm/a.ts', text: '\n'.repeat(MAX_LINES + 1) },
  },
  {
    says: 'nothing is left to do later, and no check is switched off',
    appliesTo: (path) => isCode(path) && isOurs(path),
    find: ({ text }) => text.split('\n').filter((line) => /\b(TODO|FIXME|XXX)\b/.test(line) || SUPPRESSION.test(line)),
    example: { path: 'src/arm/a.ts', text: '// TODO: later' },
  },
  {
    says: 'nothing is exported by default',
    appliesTo: isSource,
    find: ({ text }) => matches(text, /^export default\b|\bas default\b/gm),
    example: { path: 'src/arm/a.ts', text: 'export default 1;' },
  },
  {
    says: 'nothing is any',
    appliesTo: (path) => isSource(path) || path.startsWith('migrations/'),
    find: ({ text }) => anysOf(text),
    example: { path: 'src/arm/a.ts', text: 'const a: Map<string, any> = new Map();' },
  },
  {
    says: 'files are named for what they are about',
    appliesTo: (path) => isSource(path) && path !== 'src/api-versions/index.ts',
    find: ({ path }) => matches(path, /(^|\/)(utils?|helpers?|common|misc|index)(\.ts|\/)/g),
    example: { path: 'src/arm/utils.ts', text: '' },
  },
  {
    says: 'no path of one machine is written down',
    appliesTo: isOurs,
    find: ({ text }) => matches(text, MACHINE_PATH),
    example: { path: 'docs/a.md', text: 'see /root/notes' },
  },
];

/** The folder below `src/`; empty for what stands there directly. */
function roomOf(path: string): string {
  const [, room = '', rest] = path.split('/');
  return rest === undefined ? '' : room;
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([found]) => found.trim());
}

function importsOf(text: string): readonly string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'));
}

function textsOf(text: string): readonly string[] {
  return nodesOf(text, (node) =>
    ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ? node.getText() : undefined,
  );
}

function skuComparisonsOf(text: string): readonly string[] {
  const isSku = (node: ts.Node) => ts.isStringLiteralLike(node) && SKU_NAMES.includes(node.text);
  return nodesOf(text, (node) => {
    const isCompared =
      (ts.isBinaryExpression(node) &&
        /^[!=]==?$/.test(node.operatorToken.getText()) &&
        [node.left, node.right].some(isSku)) ||
      (ts.isCaseClause(node) && isSku(node.expression)) ||
      (ts.isCallExpression(node) && node.expression.getText().endsWith('.includes') && node.arguments.some(isSku));
    return isCompared ? node.getText() : undefined;
  });
}

function anysOf(text: string): readonly string[] {
  return nodesOf(text, (node) =>
    node.kind === ts.SyntaxKind.AnyKeyword ? `any in: ${node.parent.getText()}` : undefined,
  );
}

function nodesOf(text: string, pick: (node: ts.Node) => string | undefined): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const picked = pick(node);
    if (picked !== undefined) found.push(picked);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.ESNext, true));
  return found;
}
