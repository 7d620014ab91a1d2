import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AddressRefused } from '../outbound/addresses.js';
import type { OutboundAgents } from '../outbound/outbound-agents.js';
import { revealed, type Callback } from './callback.js';
import type { EventContent, ReceivedMessage, SentMessage } from './webhook-event.entity.js';

/** How long a receiver may take for its whole answer. */
export const ANSWER_LIMIT_MS = 30_000;
/** How much of an answer's body is read and kept. */
export const MAX_CONTENT_BYTES = 16_384;

const METHOD = 'POST';
const VERSION = '1.1';
/** In place of the value of a header, or of the rest of a URL, that only `getCallbackConfig` tells. */
const HIDDEN = '[secret]';
/** Of the service's own headers those with which somebody else could pass for it. */
const SECRET_HEADERS: readonly string[] = ['Berth-Signature'];
/** How a connection ends that was kept open and that the receiver has closed meanwhile. */
const CLOSED_MEANWHILE: readonly string[] = ['ECONNRESET', 'EPIPE'];

const ENDED = new Error('the connection ended');

/** A request as it goes out. */
export interface Message {
  readonly uri: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What may be told of it. */
  readonly told: SentMessage;
}

/** What ACR does not send, from the body. */
export type FurtherHeaders = (body: string) => Readonly<Record<string, string>>;

/** The customer's headers stand in place of the service's own. */
export function messageOf(callback: Callback, content: EventContent, further: FurtherHeaders = () => ({})): Message {
  const { serviceUri, customHeaders } = revealed(callback);
  const uri = new URL(serviceUri);
  const body = JSON.stringify(content);
  const custom = new Set(Object.keys(customHeaders).map((name) => name.toLowerCase()));
  const own = Object.fromEntries(
    Object.entries({
      'User-Agent': 'AzureContainerRegistry/1.0',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
      ...further(body),
    }).filter(([name]) => !custom.has(name.toLowerCase())),
  );
  const secret = [...Object.keys(customHeaders), ...Object.keys(own).filter((name) => SECRET_HEADERS.includes(name))];
  const hidden = Object.fromEntries(secret.map((name) => [name, HIDDEN]));
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
 * Posts the message and reads the beginning of the answer; redirects are not followed. A receiver that cannot be reached or
 * says nothing in time is an answer too, without a status. Once `signal` aborts, the answer means nothing.
 */
export async function post(
  message: Message,
  signal: AbortSignal,
  agents: OutboundAgents,
  limitMs = ANSWER_LIMIT_MS,
): Promise<ReceivedMessage> {
  const limit = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any([signal, limit]);
  try {
    agents.addresses.admit(message.uri.hostname);
    const answer = await answerTo(message, agents, either);
    return {
      statusCode: String(answer.statusCode),
      reasonPhrase: storable(answer.statusMessage ?? ''),
      version: answer.httpVersion,
      headers: headersOf(answer),
      content: await beginningOf(answer),
    };
  } catch (error) {
    return { reasonPhrase: limit.aborted ? `No answer within ${limitMs / 1000} seconds` : reasonOf(error) };
  }
}

async function answerTo(message: Message, agents: OutboundAgents, signal: AbortSignal): Promise<IncomingMessage> {
  let sent: ClientRequest | undefined;
  const send = (isFresh: boolean) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { uri, headers, body } = message;
      const request = uri.protocol === 'https:' ? httpsRequest : httpRequest;
      const way = isFresh ? { agent: false, lookup: agents.addresses.lookup } : { agent: agents.for(uri) };
      sent = request(uri, { method: METHOD, headers, signal, ...way });
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
    if (!sent?.reusedSocket || !CLOSED_MEANWHILE.includes(code) || signal.aborted) throw error;
    return send(true);
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
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, storable([value].flat().join(', '))]),
  );
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
  return storable(Buffer.concat(chunks).subarray(0, MAX_CONTENT_BYTES).toString('utf8'));
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
