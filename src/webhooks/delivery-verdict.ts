import type { ReceivedMessage } from './webhook-event.entity.js';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 3_600_000;
/** Answers about the message itself, which would be the same another time; and that nobody is there any more. */
const REFUSED_FOR_GOOD: readonly string[] = ['400', '410', '413', '414', '415', '422', '431'];

/** What follows from an answer. */
export type Verdict =
  | { readonly status: 'Delivered' }
  | { readonly status: 'Failed'; readonly because: string; readonly isExpired: boolean }
  | { readonly status: 'Pending'; readonly because: string; readonly delayMs: number };

/** How often it was tried before, and how long it is still tried. */
export interface Tried {
  readonly attempts: number;
  readonly remainingMs: number;
}

/** The last attempt comes when the time is over, whatever the receiver asks for. */
export function verdictOn(
  response: ReceivedMessage,
  { attempts, remainingMs }: Tried,
  now: Date,
  random = Math.random(),
): Verdict {
  const { statusCode, reasonPhrase, headers } = response;
  if (statusCode?.startsWith('2') === true) return { status: 'Delivered' };
  const because = [statusCode, reasonPhrase].filter(Boolean).join(' ');
  const isExpired = remainingMs <= 0;
  if (isExpired || REFUSED_FOR_GOOD.includes(statusCode ?? '')) return { status: 'Failed', because, isExpired };
  const asked = retryAfterMs(headers?.['retry-after'], now);
  return {
    status: 'Pending',
    because,
    delayMs: Math.min(remainingMs, Math.max(retryDelayMs(attempts + 1, random), asked)),
  };
}

/** 1 s, 4 s, 16 s … at most an hour, with up to half of it added at random so that receivers are not all tried at once. */
export function retryDelayMs(attempts: number, random = Math.random()): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 4 ** (attempts - 1)) * (1 + random / 2);
}

/** What `Retry-After` says, in seconds or as a date; 0 when it says nothing that can be read. */
export function retryAfterMs(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? 0 : Math.max(0, until - now.getTime());
}

/** Why something is tried again, in few words for a label. */
export function retryReason({ statusCode, reasonPhrase }: ReceivedMessage): string {
  if (statusCode === undefined) return reasonPhrase.startsWith('No answer within') ? 'timeout' : 'no_answer';
  return statusCode === '429' ? '429' : `${statusCode.charAt(0)}xx`;
}
