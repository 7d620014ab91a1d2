import type { Dispatcher } from 'undici';
import { readChallenge, type AuthChallenge } from './auth-challenge.js';
import { bodyOf, refusalOf } from './upstream-answer.js';
import type { UpstreamConnections } from './upstream-connections.js';
import { basicOf, type UpstreamCredentials } from './upstream-credentials.js';
import { UpstreamFailed } from './upstream-failed.js';
import type { UpstreamPlace } from './upstream-place.js';

type BearerChallenge = Extract<AuthChallenge, { readonly scheme: 'bearer' }>;

const MAX_TOKEN_BYTES = 256 * 1024;
const FORM = 'application/x-www-form-urlencoded';
const CLIENT_ID = 'berth';

/** Shows a registry who asks, in the way that it wants. */
export class UpstreamLogin {
  private shown: string | undefined;
  private showing: Promise<string | undefined> | undefined;

  constructor(
    private readonly connections: UpstreamConnections,
    private readonly place: UpstreamPlace,
    private readonly credentials: UpstreamCredentials | undefined,
  ) {}

  /** The value of the Authorization header, as far as it is known what the registry wants. */
  get authorization(): string | undefined {
    return this.shown;
  }

  /**
   * What to show instead, after a 401; undefined when there is nothing more to be shown.
   * @param refused what was shown and refused.
   */
  async again(
    refused: string | undefined,
    { headers }: Pick<Dispatcher.ResponseData, 'headers'>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    // Somebody else may have asked for another since.
    if (this.shown !== refused) return this.shown;
    this.showing ??= this.answerTo(readChallenge(headers['www-authenticate']), signal).finally(() => {
      this.showing = undefined;
    });
    const shown = await this.showing;
    if (shown === refused) return undefined;
    this.shown = shown;
    return shown;
  }

  private async answerTo(challenge: AuthChallenge | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (!challenge) return undefined;
    if (challenge.scheme === 'basic') return basicOf(this.credentials);
    if (this.credentials?.username === null) return this.byToken(challenge, signal);
    const url = realmOf(challenge);
    url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', this.scopeOf(challenge));
    const basic = basicOf(this.credentials);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
    return this.tokenOf(await this.connections.send({ method: 'GET', url, headers }, signal), url, signal);
  }

  /** A refresh token is exchanged for an access token; what cannot be exchanged may be one. */
  private async byToken(challenge: BearerChallenge, signal: AbortSignal): Promise<string> {
    const password = this.credentials?.password.reveal() ?? '';
    const url = realmOf(challenge);
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      service: challenge.service,
      scope: this.scopeOf(challenge),
      client_id: CLIENT_ID,
      refresh_token: password,
    });
    const body = form.toString();
    const answer = await this.connections.send(
      { method: 'POST', url, headers: { 'content-type': FORM }, body },
      signal,
    );
    if (answer.statusCode < 400 || answer.statusCode >= 500 || this.shown !== undefined)
      return this.tokenOf(answer, url, signal);
    await answer.body.dump().catch(() => undefined);
    return `Bearer ${password}`;
  }

  private async tokenOf(answer: Dispatcher.ResponseData, url: URL, signal: AbortSignal): Promise<string> {
    const who = url.host === this.place.host ? url.host : `${url.host}, which lets in to ${this.place.host},`;
    if (answer.statusCode !== 200) throw await refusalOf(who, answer, this.credentials);
    const bytes = await bodyOf(answer, MAX_TOKEN_BYTES).catch((error: unknown) => {
      signal.throwIfAborted();
      throw this.connections.failureOf(url, error);
    });
    const token = tokenIn(bytes?.toString('utf8') ?? '');
    // What cannot stand in a header is none.
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw new UpstreamFailed(`${who} gave no token`, true);
    return `Bearer ${token}`;
  }

  private scopeOf({ scope }: BearerChallenge): string {
    return scope === '' ? `repository:${this.place.repository}:pull` : scope;
  }
}

function realmOf({ realm }: BearerChallenge): URL {
  return new URL(realm);
}

function tokenIn(text: string): string | undefined {
  try {
    const { token, access_token: access } = JSON.parse(text) as { token?: unknown; access_token?: unknown };
    const found = token ?? access;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}
