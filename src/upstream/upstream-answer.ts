import type { Dispatcher } from 'undici';
import { withoutSecrets, type UpstreamCredentials } from './upstream-credentials.js';
import { UpstreamFailed } from './upstream-failed.js';

/** Of what a registry says in an error. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_TOLD_CHARACTERS = 300;

type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/**
 * The whole body, when it is no longer than that.
 * @throws the error of a body that breaks off.
 */
export async function bodyOf(
  { body }: { readonly body: AsyncIterable<unknown> },
  limitBytes: number,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > limitBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** What an answer that is no success means, in the words of whoever gave it. */
export async function refusalOf(
  who: string,
  answer: Answer,
  credentials?: UpstreamCredentials,
): Promise<UpstreamFailed> {
  const { statusCode: status } = answer;
  const bytes = await bodyOf(answer, MAX_ERROR_BYTES).catch(() => undefined);
  const said = saidIn(bytes?.toString('utf8') ?? '');
  const [code, message] = [said.code, said.message].map((text) => plain(withoutSecrets(text, credentials)));
  const told = [code, message].filter(Boolean).join(': ');
  const isWorthRetrying = status === 429 || status === 408 || status >= 500;
  const text = `${who} answered ${status}${told === '' ? '' : ` (${told})`}`;
  return new UpstreamFailed(text, isWorthRetrying, { status, code: code ?? '', retryAfterMs: retryAfterOf(answer) });
}

/** Undefined when nothing was said of it. */
export function retryAfterOf({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const text = String(headers['retry-after'] ?? '').trim();
  if (text === '') return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

interface Said {
  readonly code: string;
  readonly message: string;
}

/** Registries list their errors; token servers have one, or a sentence. */
function saidIn(text: string): Said {
  const { errors, error, error_description: description, details, message } = jsonOf(text);
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [error];
  if (typeof first === 'object' && first !== null) {
    const said = first as { readonly code?: unknown; readonly message?: unknown };
    return { code: textOf(said.code), message: textOf(said.message) };
  }
  return { code: textOf(first), message: textOf(description ?? details ?? message) };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** One line of text that can be told and stored. */
function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Surrogate}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TOLD_CHARACTERS);
}
