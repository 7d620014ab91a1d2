import { request } from 'node:http';
import type { Schedule } from './schedule.js';

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

/**
 * Tells `done` whether the engine says anything at all, true or false; undefined when that cannot be known, since it is gone
 * or its socket is. Answers the way to call it off.
 */
export function askIfAlive(
  socketPath: string,
  { schedule, withinMs }: { readonly schedule: Schedule; readonly withinMs: number },
  done: (isAlive: boolean | undefined) => void,
): () => void {
  let isOver = false;
  const sent = request({ socketPath, method: 'GET', path: '/v2/', agent: false });
  const stop = () => {
    isOver = true;
    cancelLimit();
    sent.destroy();
  };
  const end = (isAlive: boolean | undefined) => {
    if (isOver) return;
    stop();
    done(isAlive);
  };
  const cancelLimit = schedule(withinMs, () => end(false));
  sent.once('response', () => end(true));
  // It leaves so many connections waiting that there is no room for another.
  sent.on('error', ({ code }: NodeJS.ErrnoException) => end(code === 'EAGAIN' ? false : undefined));
  sent.end();
  return stop;
}

/** Never pushed by anyone: asking to delete it tells the engine's mode and changes nothing. */
const NO_MANIFEST = `/v2/berth-mode-check/manifests/sha256:${'0'.repeat(64)}`;

/** Whether the engine refuses writes, as the engine itself sees it. */
export async function refusesWrites(socketPath: string, timeoutMs: number): Promise<boolean> {
  return (await statusOf(socketPath, 'DELETE', NO_MANIFEST, timeoutMs)) === 405;
}
