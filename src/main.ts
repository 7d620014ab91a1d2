const WANTED_NODE = 26;
const running = Number(process.versions.node.split('.')[0]);

if (running < WANTED_NODE) {
  process.stderr.write(
    `Berth needs Node ${WANTED_NODE}; this is ${process.version}. "npm start" brings the right one with the dependencies.\n`,
  );
  process.exit(1);
}

// Only now: what is imported here may not even load on an older Node.
const { setSourceMapsSupport } = await import('node:module');
const { setFlagsFromString } = await import('node:v8');
// Of our own code alone: the maps of the libraries would stay in memory.
setSourceMapsSupport(true);
// Whatever room the heap takes while the modules load, it keeps. Requests, later, would pay for it with half their speed.
setFlagsFromString('--memory-saver-mode');
const { loadLeanModules } = await import('./boot/lean-modules.js');
loadLeanModules();
const { boot } = await import('./boot/boot.js');
await boot();
setFlagsFromString('--no-memory-saver-mode');
