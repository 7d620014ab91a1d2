import { registerHooks } from 'node:module';

/** What libraries load and a running service never calls: what to load instead, and the resident memory that it saves. */
const INSTEAD: readonly { readonly file: RegExp; readonly source: string; readonly format: 'module' | 'commonjs' }[] = [
  // Decorators that describe the API: for the generator alone, and the package brings empty ones. 9 MB.
  {
    file: /\/@nestjs\/swagger\/dist\/index\.js$/,
    format: 'module',
    source: `export * from './extra/swagger-shim.js';`,
  },
  // The telephone numbers of all countries, for a check of class-validator. 4 MB.
  { file: /\/libphonenumber-js\/max\/index\.cjs$/, format: 'commonjs', source: 'module.exports = {};' },
  // The other databases of TypeORM. 3 MB.
  {
    file: /\/typeorm\/driver\/(?!postgres\/|types\/)[\w-]+\/\w+(?:Driver|QueryRunner)\.js$/,
    format: 'commonjs',
    source: 'module.exports = {};',
  },
];

/** Keeps modules that only other programs need out of the memory of this one. Call it before they are imported. */
export function loadLeanModules(): void {
  registerHooks({
    load(url, context, next) {
      const instead = url.startsWith('file:') ? INSTEAD.find(({ file }) => file.test(url)) : undefined;
      return instead ? { format: instead.format, source: instead.source, shortCircuit: true } : next(url, context);
    },
  });
}
