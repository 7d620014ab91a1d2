const TIMEOUT_MS = 5_000;
/** No discovery document and no key set comes near it. */
const MAX_BYTES = 1024 * 1024;

/**
 * The JSON object at `url`, which redirects nowhere.
 * @throws Error that completes the sentence "<url>: …".
 */
export async function readJson(url: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  const document: unknown = JSON.parse(await textOf(answer));
  if (typeof document !== 'object' || document === null) throw new Error('it answers something else than an object');
  return document as Readonly<Record<string, unknown>>;
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it answers more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
