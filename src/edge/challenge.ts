import { formatScope, type Access } from './access.js';
import { OciError } from './oci-error.js';

/** How the client addressed the registry, and under which name the registry's tokens are issued. */
export interface Origin {
  /** Scheme, host and port as the client can reach them. */
  readonly base: string;
  readonly service: string;
}

/** The hosts that the client may know the registry by, in lower case; the registry's own is first. */
export function hostsOf({ base, service }: Origin): readonly string[] {
  return [service, base.slice(base.indexOf('//') + 2)].map((host) => host.toLowerCase());
}

export type ChallengeError = 'invalid_token' | 'insufficient_scope';

/** No blank after a comma: az splits the text at commas and takes a blank for a part of the next name. */
export function challengeOf(origin: Origin, needed: readonly Access[] = [], error?: ChallengeError): string {
  const scope = needed.map(formatScope).join(' ');
  return [
    `Bearer realm="${origin.base}/oauth2/token"`,
    `service="${origin.service}"`,
    ...(scope ? [`scope="${scope}"`] : []),
    ...(error ? [`error="${error}"`] : []),
  ].join(',');
}

const AUTHENTICATION_REQUIRED = 'authentication required, visit https://aka.ms/acr/authorization for more information.';

/** The 401 that tells a client where to get a token, and for what. */
export function unauthorized(
  origin: Origin,
  needed: readonly Access[] = [],
  error?: ChallengeError,
  message = AUTHENTICATION_REQUIRED,
): OciError {
  return new OciError('UNAUTHORIZED', message, {
    headers: { 'WWW-Authenticate': challengeOf(origin, needed, error) },
    detail:
      needed.length === 0
        ? null
        : needed.flatMap(({ type, name, actions }) =>
            actions.map((action) => ({ Type: type, Name: name, Action: action })),
          ),
  });
}
