import type { ClientRequest, IncomingMessage } from 'node:http';
import { EngineIll } from './ill-engines.js';

interface Asked {
  readonly sent: ClientRequest;
  readonly answer: Promise<IncomingMessage>;
}

/**
 * What an engine answers, if it begins to within that time.
 * @throws EngineIll when it does not; the request is given up then.
 */
export async function promptAnswer({ sent, answer }: Asked, limitMs: number): Promise<IncomingMessage> {
  let limit: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    limit = setTimeout(() => {
      reject(new EngineIll('silent', `The engine did not begin to answer within ${limitMs} ms.`));
      sent.destroy();
    }, limitMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(limit);
  }
}
