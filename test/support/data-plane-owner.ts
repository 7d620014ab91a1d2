// A service reduced to its data plane: starts the engine of one instance, says so, and stays until it is killed.
import { ProcessDataPlane } from '../../src/data-plane/process/process-data-plane.js';

const [dataDir = '', instance = '', endsWithParent] = process.argv.slice(2);
const silent = { debug: () => undefined, warn: () => undefined, error: () => undefined };
const dataPlane = new ProcessDataPlane({
  dataDir,
  enginePath: '',
  engineIdleSeconds: 300,
  logger: silent,
  endsWithParent: endsWithParent === 'endsWithParent',
});
await dataPlane.ensure({ name: instance, readOnly: false });
await dataPlane.acquire(instance);
process.stdout.write('running\n');
