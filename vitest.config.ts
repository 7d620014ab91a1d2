import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute each in files so small that they would be started last, when nothing is left to run beside them. */
const LONGEST = /\/test\/(?:e2e\/az|races|chaos|conformance)\//;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.test(moduleId);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/quiet.ts'],
    // By default one core is left to others; most specs wait for PostgreSQL and for engines.
    maxWorkers: 2,
    // Importing Nest and TypeORM anew for every file, and running them cold, was two fifths of a run's CPU. A spec keeps
    // nothing in modules: what it starts it closes.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
