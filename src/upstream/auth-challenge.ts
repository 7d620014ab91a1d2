/** How a registry wants to be logged in to, as `WWW-Authenticate` says. */
export type AuthChallenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string };

const SCHEME = /(?:^|,)\s*(basic|bearer)(?=\s|,|$)/gi;
/** What is left open ends with the text. Each of these patterns reads a text once, however it is made. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|\\?$)/g;
const PARAMETER = /(?<!\w)(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/** The first challenge that is known here, tokens before passwords; undefined when there is none. */
export function readChallenge(header: string | readonly string[] | undefined): AuthChallenge | undefined {
  const text = [header ?? []].flat().join(', ');
  // What stands in quotes is no scheme.
  const bare = text.replace(QUOTED, (quoted) => '_'.repeat(quoted.length));
  const found = [...bare.matchAll(SCHEME)].map(({ 1: scheme = '', index, 0: whole }) => ({
    scheme: scheme.toLowerCase(),
    begin: index + whole.length,
  }));
  const challenges = found.map(({ scheme, begin }, at) => {
    const end = found[at + 1]?.begin ?? text.length;
    return challengeOf(scheme, parametersIn(text.slice(begin, end)));
  });
  return challenges.find((challenge) => challenge?.scheme === 'bearer') ?? challenges.find(Boolean);
}

function challengeOf(scheme: string, parameters: ReadonlyMap<string, string>): AuthChallenge | undefined {
  if (scheme === 'basic') return { scheme };
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) return undefined;
  return {
    scheme: 'bearer',
    realm,
    service: parameters.get('service') ?? '',
    scope: parameters.get('scope') ?? '',
  };
}

function parametersIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(PARAMETER)].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted?.replaceAll(/\\(.)/g, '$1') ?? plain,
    ]),
  );
}
