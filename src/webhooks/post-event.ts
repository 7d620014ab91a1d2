import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AddressRefused } from '../outbound/addresses.js';
import type { OutboundAgents } from '../outbound/outbound-agents.js';
import type { Message } from './event-message.js';
import type { ReceivedMessage } from './webhook-event.entity.js';

/** How long a receiver may take for its whole answer. */
export const ANSWER_LIMIT_MS = 30_000;
/** How much of an answer's body is read and kept. */
export const MAX_CONTENT_BYTES = 16_384;

/** How a connection ends that was kept open and that the receiver has closed meanwhile. */
const CLOSED_MEANWHILE: readonly string[] = ['ECONNRESET', 'EPIPE'];

const ENDED = new Error('the connection ended');

/**
 * Posts the message and reads the beginning of the answer; redirects are not followed. A receiver that cannot be reached or
 * says nothing in time is an answer too, without a status. Once `signal` aborts, the answer means nothing.
 */
export async function post(
  message: Message,
  signal: AbortSignal,
  agents: OutboundAgents,
  limitMs = ANSWER_LIMIT_MS,
): Promise<ReceivedMessage> {
  const limit = limitOf(signal, limitMs);
  try {
    agents.addresses.admit(message.way.uri.hostname);
    const answer = await answerTo(message, agents, limit);
    return {
      statusCode: String(answer.statusCode),
      reasonPhrase: storable(answer.statusMessage ?? ''),
      version: answer.httpVersion,
      headers: headersOf(answer),
      content: await beginningOf(answer),
    };
  } catch (error) {
    return { reasonPhrase: limit.isTimeOver() ? `No answer within ${limitMs / 1000} seconds` : reasonOf(error) };
  } finally {
    limit.lift();
  }
}

/** The end of what is under way: its time is over, or nobody waits for it any more. */
interface Limit {
  readonly isTimeOver: () => boolean;
  readonly isReached: () => boolean;
  /** From then on this is what is under way. */
  readonly watch: (request: ClientRequest) => void;
  readonly lift: () => void;
}

/** By hand: a signal made of others for each message cost as much as the message itself, most of it in the collector. */
function limitOf(signal: AbortSignal, limitMs: number): Limit {
  let [isTimeOver, request]: [boolean, ClientRequest | undefined] = [false, undefined];
  const stop = () => void request?.destroy(ENDED);
  const isReached = () => isTimeOver || signal.aborted;
  const timer = setTimeout(() => {
    isTimeOver = true;
    stop();
  }, limitMs);
  signal.addEventListener('abort', stop);
  return {
    isTimeOver: () => isTimeOver,
    isReached,
    watch(sent) {
      request = sent;
      if (isReached()) stop();
    },
    lift() {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}

async function answerTo(message: Message, agents: OutboundAgents, limit: Limit): Promise<IncomingMessage> {
  let sent: ClientRequest | undefined;
  const send = (isFresh: boolean) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { way, headers, body } = message;
      const request = way.uri.protocol === 'https:' ? httpsRequest : httpRequest;
      const over = isFresh ? { agent: false, lookup: agents.addresses.lookup } : { agent: agents.for(way.uri) };
      sent = request({ ...way.options, headers, ...over });
      limit.watch(sent);
      sent.once('response', resolve);
      sent.once('upgrade', (_answer, socket) => {
        socket.destroy();
        reject(new Error('the receiver wants to speak another protocol'));
      });
      sent.on('error', reject);
      // Whatever else ends it; who has answered has been heard by then.
      sent.once('close', () => reject(ENDED));
      sent.end(body);
    });
  try {
    return await send(false);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!sent?.reusedSocket || !CLOSED_MEANWHILE.includes(code) || limit.isReached()) throw error;
    return send(true);
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, storable([value].flat().join(', '))]),
  );
}

/** Resolves when all of it came, as much as is kept, or what came before it broke off: the status has been said. */
function beginningOf(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = () => resolve(storable(Buffer.concat(chunks).subarray(0, MAX_CONTENT_BYTES).toString('utf8')));
    answer.on('data', (chunk: Buffer) => {
      if (bytes >= MAX_CONTENT_BYTES) return;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_CONTENT_BYTES) answer.destroy();
    });
    answer.on('error', () => undefined);
    answer.once('end', done);
    answer.once('close', () => answer.readableEnded || done());
  });
}

/** PostgreSQL cannot store the character NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

function reasonOf(error: unknown): string {
  if (error instanceof AddressRefused)
    return `No answer: ${error.message}. Whoever runs the service can allow it with BERTH_WEBHOOK_ALLOW.`;
  const { code, message } = error as NodeJS.ErrnoException;
  // After the semicolon it speaks to those who run the service.
  if (/CERT|SIGNATURE|ALTNAME/.test(code ?? ''))
    return `No answer: the certificate is not trusted: ${message.split(';')[0]}`;
  return `No answer: ${[code, message].filter(Boolean).join(', ')}`;
}
