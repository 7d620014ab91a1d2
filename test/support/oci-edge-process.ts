import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Edge } from './oci-edge.js';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** The edge in a process of its own, that has nothing of the tests in its memory. */
export interface EdgeProcess {
  /** The most memory that was resident at once, in bytes. */
  peakBytes(): number;
  stop(): Promise<void>;
}

/** Starts a further process of the same service as `edge`, with the role edge. */
export async function startEdgeProcess({ env }: Edge): Promise<EdgeProcess> {
  const folder = compiledProject();
  const child = spawn(process.execPath, [join(folder, 'test/support/oci-edge-owner.js')], {
    env: { PATH: process.env['PATH'], ...env, BERTH_ROLES: 'edge' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const listens = new Promise<boolean>((resolve) => {
    child.stdout.on('data', (text: Buffer) => text.includes('listening') && resolve(true));
    void ended.then(() => resolve(false));
  });
  if (!(await listens)) throw new Error('The edge process ended before it listened.');
  return {
    peakBytes: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Compiled beforehand: a compiler in the process would be most of its memory. */
function compiledProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'berth-compiled-'));
  const { config } = ts.readConfigFile(join(PROJECT, 'tsconfig.json'), (file) => readFileSync(file, 'utf8')) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT);
  for (const part of ['src', 'test/support']) {
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
    for (const file of readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const source = readFileSync(join(folder, part, file), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { ...options, module: ts.ModuleKind.ESNext },
      });
      writeFileSync(join(folder, part, file.replace(/\.ts$/, '.js')), outputText);
    }
  }
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
