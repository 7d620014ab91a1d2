import { createHmac, randomBytes } from 'node:crypto';
import { Secret } from '../secrets/secret.js';

const SECRET_BYTES = 32;
/** For how long the secret before is good besides the new one, so that receivers can learn that in their own time. */
export const OVERLAP_MS = 24 * 3_600_000;

/** What the messages of a webhook are signed with. */
export interface SignatureSecrets {
  readonly current: Secret;
  readonly previous?: { readonly secret: Secret; readonly until: Date };
}

/** The same as text, for the few who may see it. */
export interface PlainSignatureSecrets {
  readonly current: string;
  readonly previous?: { readonly secret: string; readonly until: string };
}

export function newSignatureSecrets(): SignatureSecrets {
  return { current: new Secret(randomBytes(SECRET_BYTES).toString('base64url')) };
}

/** A new secret, and the one before for a while. Whatever was good before that is not any more. */
export function rotated(secrets: SignatureSecrets | undefined, now: Date): SignatureSecrets {
  const previous = secrets && { secret: secrets.current, until: new Date(now.getTime() + OVERLAP_MS) };
  return { ...newSignatureSecrets(), ...(previous ? { previous } : {}) };
}

/** Those that are good at that time, the newest first. */
export function validAt({ current, previous }: SignatureSecrets, now: Date): readonly Secret[] {
  return previous && previous.until > now ? [current, previous.secret] : [current];
}

/** The value of `Berth-Signature`: the time in seconds, and for each good secret an HMAC-SHA256 over time and body. */
export function signatureOf(body: string, secrets: SignatureSecrets, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const macs = validAt(secrets, now).map((secret) =>
    createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex'),
  );
  return [`t=${seconds}`, ...macs.map((mac) => `v1=${mac}`)].join(',');
}

export function plainSecrets({ current, previous }: SignatureSecrets): PlainSignatureSecrets {
  return {
    current: current.reveal(),
    ...(previous ? { previous: { secret: previous.secret.reveal(), until: previous.until.toISOString() } } : {}),
  };
}

export function secretsOf({ current, previous }: PlainSignatureSecrets): SignatureSecrets {
  return {
    current: new Secret(current),
    ...(previous ? { previous: { secret: new Secret(previous.secret), until: new Date(previous.until) } } : {}),
  };
}
