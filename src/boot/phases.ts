const NAME_WIDTH = 22;
const TIME_WIDTH = 9;

/** Runs one phase of the start and prints how long it took. */
export async function phase<T>(name: string, work: () => T | Promise<T>, remark?: (result: T) => string): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  const took = `${Math.round(performance.now() - startedAt)} ms`.padStart(TIME_WIDTH);
  process.stdout.write(`  ${name.padEnd(NAME_WIDTH)}${took}${remark ? `   ${remark(result)}` : ''}`.trimEnd() + '\n');
  return result;
}
