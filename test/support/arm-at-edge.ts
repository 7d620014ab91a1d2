import { Agent, request } from 'undici';
import { Worker } from '../../src/work/worker.js';
import type { Principal } from './edge-principals.js';
import type { Edge } from './oci-edge.js';

export interface ArmAnswer {
  readonly status: number;
  readonly location: string;
  readonly body: unknown;
}

/** The control plane of login servers that a test has opened, asked by one principal. */
export interface ArmAtEdge {
  send(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<ArmAnswer>;
  close(): Promise<void>;
}

export async function armAtEdge(edge: Edge, principal: Principal): Promise<ArmAtEdge> {
  const agent = new Agent({ connect: { ca: edge.ca } });
  const authorization = `Bearer ${await principal.accessToken()}`;
  return {
    async send(method, path, body) {
      const url = new URL(path, `https://localhost:${edge.mainPort}`);
      if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', '2025-11-01');
      const answer = await request(url, {
        method,
        dispatcher: agent,
        headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.body.text();
      const location = String(answer.headers['location'] ?? '');
      return { status: answer.statusCode, location, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
    close: () => agent.destroy(),
  };
}

/** Lets the worker go on until no operation is left, however long it was to be waited. */
export async function settle(edge: Edge): Promise<void> {
  const worker = edge.get(Worker);
  for (let turns = 0; turns < 50; turns++) {
    await edge.sql('update operations set run_after = now() where ended_at is null');
    if (!(await worker.runOnce())) return;
  }
  throw new Error('The operations did not end.');
}
