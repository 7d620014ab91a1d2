import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { OutboundAddresses } from './addresses.js';

/**
 * Milliseconds after which a connection that nobody uses is closed. Less than what most servers keep theirs for; a shorter
 * time that a server tells is kept to.
 */
const IDLE_MS = 4_000;
/** Connections to one host and port that wait for the next request. */
const MAX_IDLE_PER_ORIGIN = 256;

/**
 * Connections to where customers say, kept open for a while after an answer. How many there are at once is for those who send
 * to bound: a limit in here would have requests to a quick host wait for those to a slow one.
 */
export class OutboundAgents {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(readonly addresses: OutboundAddresses) {
    const options = {
      keepAlive: true,
      maxFreeSockets: MAX_IDLE_PER_ORIGIN,
      timeout: IDLE_MS,
      lookup: addresses.lookup,
    };
    this.http = new HttpAgent(options);
    this.https = new HttpsAgent(options);
  }

  for({ protocol }: URL): HttpAgent {
    return protocol === 'https:' ? this.https : this.http;
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}
