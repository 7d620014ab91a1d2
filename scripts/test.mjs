import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticChecks } from './checks.mjs';
import { inRoot, NODE_26, ROOT } from './paths.mjs';
import { phase } from './phase.mjs';
import { main } from './problem.mjs';
import { AZ, ENGINE, NOTARY, SKOPEO, tryPrograms, UMOCI } from './programs.mjs';
import { capture, toolEnv } from './run.mjs';
import { setup } from './setup.mjs';
import { supervise } from './supervise.mjs';
import { tally } from './tally.mjs';

/** The settings of a service that happens to run here are none of the tests' business. */
function testEnv() {
  const env = toolEnv();
  for (const name of Object.keys(env)) if (name.startsWith('BERTH_')) delete env[name];
  return env;
}

async function runStaticChecks() {
  const counts = { passed: 0, failed: 0 };
  const check = async ({ name, command, args }) =>
    phase(name, async () => {
      const { code, output } = await capture(command, args, { env: testEnv() });
      if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
      counts[code === 0 ? 'passed' : 'failed'] += 1;
      return code === 0 ? '' : 'FAILED';
    });
  await Promise.all(staticChecks().map(check));
  return counts;
}

async function runSpecs() {
  const folder = mkdtempSync(join(tmpdir(), 'berth-report-'));
  const report = join(folder, 'report.json');
  const vitest = inRoot('node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const code = await supervise(NODE_26, [vitest, 'run', ...reporters], { cwd: ROOT, env: testEnv() });
    return tally(readReport(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

await main(async () => {
  const counts = [];
  try {
    await setup([ENGINE, SKOPEO, UMOCI]);
    // A minute and a half of installing, beside what needs one core only.
    const azureCli = tryPrograms([AZ], 'the tests with the Azure CLI are skipped');
    const notary = azureCli.then(() => tryPrograms([NOTARY], 'the tests with notary are skipped'));
    counts.push(await runStaticChecks());
    await phase('Azure CLI', () => azureCli);
    await phase('notary', () => notary);
    counts.push(await runSpecs());
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
    counts.push({ passed: 0, failed: 1 });
  }
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  return sum('failed') === 0 ? 0 : 1;
});
