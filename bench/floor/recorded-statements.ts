import { readFile, stat } from 'node:fs/promises';

/** A statement as PostgreSQL was sent it. Values are in PostgreSQL's text form. */
export interface SentStatement {
  /** Empty for a statement without a name, such as those that begin and end transactions. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | null)[];
}

const ENTRY = /^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] (\w+): {2}/m;
const PREPARED = /^execute (\S+?): ([\s\S]*)$/;
const PLAIN = /^statement: ([\s\S]*)$/;

/** The URL of a database whose server writes down every statement of the sessions that use this URL. */
export function recordedUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c log_statement=all');
  return url.href;
}

/** Runs `act` and answers what was sent over a `recordedUrl` meanwhile, in order. */
export async function recordStatements(logFile: string, act: () => Promise<void>): Promise<SentStatement[]> {
  const from = (await stat(logFile)).size;
  await act();
  return parseLog((await readFile(logFile)).subarray(from).toString('utf8'));
}

function parseLog(text: string): SentStatement[] {
  const found: SentStatement[] = [];
  const [, ...parts] = text.split(ENTRY);
  for (let at = 0; at < parts.length; at += 2) {
    const [kind, said] = [parts[at], (parts[at + 1] ?? '').trim().replaceAll('\n\t', '\n')];
    const prepared = PREPARED.exec(said);
    const plain = PLAIN.exec(said);
    if (kind === 'LOG' && prepared) found.push({ name: prepared[1] ?? '', text: prepared[2] ?? '', values: [] });
    else if (kind === 'LOG' && plain) found.push({ name: '', text: plain[1] ?? '', values: [] });
    else if (kind === 'DETAIL') found.push({ ...found.pop()!, values: valuesOf(said) });
  }
  return found;
}

/** Reads `Parameters: $1 = 'it''s', $2 = NULL`. */
function valuesOf(detail: string): (string | null)[] {
  return [...detail.matchAll(/\$\d+ = (?:NULL|'((?:[^']|'')*)')/g)].map(([, value]) =>
    value === undefined ? null : value.replaceAll("''", "'"),
  );
}
