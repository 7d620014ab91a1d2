import { existsSync } from 'node:fs';
import { inRoot, NODE_26 } from './paths.mjs';

const npmRun = (name) => ({ command: 'npm', args: ['run', '-s', name] });

/** The checks that need no running code. They are run side by side. */
export function staticChecks() {
  return [
    { name: 'types', ...npmRun('types') },
    { name: 'lint', ...npmRun('lint') },
    { name: 'format', ...npmRun('format:check') },
    ...generatedFiles(),
  ];
}

/** Whether what is generated from the sources, and committed, is up to date. */
function generatedFiles() {
  const generate = inRoot('dist/src/generate.js');
  return existsSync(generate) ? [{ name: 'generated files', command: NODE_26, args: [generate, '--check'] }] : [];
}
