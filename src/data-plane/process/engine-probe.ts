import { request } from 'node:http';

/** One request to an engine; answers the status. @throws Error when nothing answers within `timeoutMs`. */
function statusOf(socketPath: string, method: string, path: string, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`${socketPath} did not answer within ${timeoutMs} ms.`)));
    sent.on('error', reject);
    sent.end();
  });
}

export async function isAnswering(socketPath: string, timeoutMs: number): Promise<boolean> {
  return statusOf(socketPath, 'GET', '/v2/', timeoutMs).then(
    (status) => status === 200,
    () => false,
  );
}

/** Never pushed by anyone: asking to delete it tells the engine's mode and changes nothing. */
const NO_MANIFEST = `/v2/berth-mode-check/manifests/sha256:${'0'.repeat(64)}`;

/** Whether the engine refuses writes, as the engine itself sees it. */
export async function refusesWrites(socketPath: string, timeoutMs: number): Promise<boolean> {
  return (await statusOf(socketPath, 'DELETE', NO_MANIFEST, timeoutMs)) === 405;
}
