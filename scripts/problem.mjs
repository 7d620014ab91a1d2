/** Something that whoever runs the script can mend; shown without a stack. */
export class Problem extends Error {}

/** Runs a script's main function; ends the process with its answer, or with 1 and the reason. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Problem ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
