import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { FirstClient, ServiceAddress } from '../embedded/client-file.js';

/** Asks the service as its owner, and answers the body. */
export type Ask = (method: string, path: string, body?: object) => Promise<unknown>;

interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string };
  readonly error_description?: string;
}

/** @throws Error in the words of the service, when it refuses. */
export async function asOwner(owner: FirstClient & ServiceAddress, work: (ask: Ask) => Promise<void>): Promise<void> {
  const agent = new Agent({ connect: { ca: await readFile(owner.caFile, 'utf8') } });
  const send = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
    const answer = await request(`${owner.endpoint}${path}`, {
      method: method as 'GET',
      headers,
      dispatcher: agent,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    const parsed: unknown = text ? JSON.parse(text) : undefined;
    if (answer.statusCode < 400) return parsed;
    const { error, error_description: description } = (parsed ?? {}) as Refusal;
    throw new Error(
      error ? `${error.code}: ${error.message}` : (description ?? `The service answers ${answer.statusCode}.`),
    );
  };
  try {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: owner.clientId,
      client_secret: owner.clientSecret.reveal(),
      scope: `${owner.endpoint}/.default`,
    });
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const { access_token: token } = (await send('POST', '/adfs/oauth2/token', type, form.toString())) as {
      access_token: string;
    };
    await work((method, path, body) =>
      send(
        method,
        path,
        { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body && JSON.stringify(body),
      ),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    throw new Error(`No service answers at ${owner.endpoint}. Run "npm start" and wait for "ready".`, { cause: error });
  } finally {
    await agent.close();
  }
}

/** The items of every page. */
export async function all(ask: Ask, path: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page = (await ask('GET', next)) as { value: unknown[]; nextLink?: string };
    found.push(...page.value);
    const link: URL | undefined = page.nextLink === undefined ? undefined : new URL(page.nextLink);
    next = link && `${link.pathname}${link.search}`;
  }
  return found;
}
