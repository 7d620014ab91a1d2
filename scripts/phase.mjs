const NAME_WIDTH = 22;

/** Runs one phase and prints how long it took. `work` may answer a short remark. */
export async function phase(name, work) {
  const startedAt = performance.now();
  const remark = await work();
  const took = `${Math.round(performance.now() - startedAt)} ms`;
  process.stdout.write(`  ${name.padEnd(NAME_WIDTH)}${took.padStart(9)}${remark ? `   ${remark}` : ''}\n`);
}
