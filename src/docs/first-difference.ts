/** A summary of how two texts differ, for people. */
export function firstDifference(now: string, wanted: string): string {
  const [before, after] = [now.split('\n'), wanted.split('\n')];
  const at = after.findIndex((line, index) => line !== before[index]);
  const line = at < 0 ? after.length : at;
  const show = (lines: readonly string[]) => (lines[line] === undefined ? 'nothing' : `"${lines[line].trim()}"`);
  return (
    `It has ${before.length} lines and should have ${after.length}; the first difference is in line ${line + 1}: ` +
    `${show(before)} should be ${show(after)}.`
  );
}
