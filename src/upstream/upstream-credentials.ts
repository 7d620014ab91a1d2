import type { Secret } from '../secrets/secret.js';

/** With what to log in to another registry. */
export interface UpstreamCredentials {
  /** Null: the password is a refresh token, or an access token. */
  readonly username: string | null;
  readonly password: Secret;
}

/** The value of an Authorization header; undefined where there is no user name to be told. */
export function basicOf(credentials: UpstreamCredentials | undefined): string | undefined {
  if (credentials?.username === undefined || credentials.username === null) return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password.reveal()}`).toString('base64')}`;
}

/** Others may repeat in their errors what they were told; whole, so that nothing is to be cut off or changed before. */
export function withoutSecrets(text: string, credentials: UpstreamCredentials | undefined): string {
  const password = credentials?.password.reveal() ?? '';
  const inForm = new URLSearchParams({ password }).toString().slice('password='.length);
  const secrets = [password, basicOf(credentials)?.slice('Basic '.length) ?? '', encodeURIComponent(password), inForm]
    .filter((secret) => secret !== '')
    .toSorted((one, other) => other.length - one.length);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}
