/**
 * Counts the tests in the report of vitest's JSON reporter. A file that could not be loaded is one failure, and so are
 * errors that belong to no test, which only the exit code tells.
 */
export function tally(report, exitCode) {
  if (!report) return { passed: 0, failed: 1 };
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = report.numFailedTests + unloaded.length;
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
