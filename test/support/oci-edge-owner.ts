// A process with the role edge, as its environment says; stays until it is told to end.
import { loadConfig } from '../../src/config/config.js';
import { ensureCertificates } from '../../src/embedded/authority/authority.js';
import { createServer } from '../../src/server.js';

const config = loadConfig();
const app = await createServer(config, await ensureCertificates(config));
process.once('SIGTERM', () => void app.close());
await app.listen(0, '127.0.0.1');
process.stdout.write('listening\n');
