import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { revealed, type Callback } from './callback.js';
import type { EventContent, ReceivedMessage, SentMessage } from './webhook-event.entity.js';

/** How long a receiver may take for its whole answer. */
export const ANSWER_LIMIT_MS = 10_000;
/** How much of an answer's body is read and kept. */
export const MAX_CONTENT_BYTES = 4_096;

const METHOD = 'POST';
const VERSION = '1.1';
/** In place of the value of a header, or of the rest of a URL, that only `getCallbackConfig` tells. */
const HIDDEN = '[secret]';

/** A request as it goes out. */
export interface Message {
  readonly uri: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What may be told of it. */
  readonly told: SentMessage;
}

/** The customer's headers stand in place of the service's own. */
export function messageOf(callback: Callback, content: EventContent): Message {
  const { serviceUri, customHeaders } = revealed(callback);
  const uri = new URL(serviceUri);
  const body = JSON.stringify(content);
  const custom = new Set(Object.keys(customHeaders).map((name) => name.toLowerCase()));
  const own = Object.fromEntries(
    Object.entries({
      'User-Agent': 'AzureContainerRegistry/1.0',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
    }).filter(([name]) => !custom.has(name.toLowerCase())),
  );
  const hidden = Object.fromEntries(Object.keys(customHeaders).map((name) => [name, HIDDEN]));
  const isBare = uri.href === `${uri.origin}/`;
  return {
    uri,
    headers: { ...own, ...customHeaders },
    body,
    told: {
      method: METHOD,
      requestUri: isBare ? uri.href : `${uri.origin}/${HIDDEN}`,
      version: VERSION,
      headers: { ...own, ...hidden },
    },
  };
}

/**
 * Posts the message and reads the beginning of the answer; redirects are not followed. A receiver that cannot be reached
 * or says nothing in time is an answer too, without a status. Once `signal` aborts, the answer means nothing.
 */
export async function post(
  { uri, headers, body }: Message,
  signal: AbortSignal,
  limitMs = ANSWER_LIMIT_MS,
): Promise<ReceivedMessage> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    const send = uri.protocol === 'https:' ? httpsRequest : httpRequest;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = send(uri, { method: METHOD, headers, agent: false, signal: AbortSignal.any([signal, limit]) });
      sent.once('response', resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    return {
      statusCode: String(answer.statusCode),
      reasonPhrase: answer.statusMessage ?? '',
      version: answer.httpVersion,
      headers: headersOf(answer),
      content: await beginningOf(answer),
    };
  } catch (error) {
    return { reasonPhrase: limit.aborted ? `No answer within ${limitMs / 1000} seconds` : reasonOf(error) };
  }
}

/** Whether the same message may be taken another time: the receiver was away, overtaxed or broken. */
export function isWorthRetrying({ statusCode }: ReceivedMessage): boolean {
  return statusCode === undefined || statusCode === '408' || statusCode === '429' || statusCode.startsWith('5');
}

export function isTaken({ statusCode }: ReceivedMessage): boolean {
  return statusCode?.startsWith('2') === true;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_CONTENT_BYTES) break;
    }
  } catch {
    // The status has been said; a body that breaks off changes nothing about it.
  }
  // PostgreSQL cannot store the character NUL.
  return Buffer.concat(chunks).subarray(0, MAX_CONTENT_BYTES).toString('utf8').replaceAll('\0', '\uFFFD');
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `No answer: ${[code, message].filter(Boolean).join(', ')}`;
}
