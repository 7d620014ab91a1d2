import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Problem } from '../arm/arm-error.js';
import { Secret } from '../secrets/secret.js';

const MAX_URI_CHARACTERS = 2_048;
const MAX_HEADER_CHARACTERS = 8_192;
/** What HTTP itself needs to get a message across. */
const RESERVED: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Where the events of a webhook are posted to, and the customer's own headers of those requests. */
export interface Callback {
  readonly serviceUri: Secret;
  readonly customHeaders: Readonly<Record<string, Secret>>;
}

/** A callback as text, for the few who may see it. */
export interface PlainCallback {
  readonly serviceUri: string;
  readonly customHeaders: Readonly<Record<string, string>>;
}

export function callbackOf({ serviceUri, customHeaders }: PlainCallback): Callback {
  const headers = Object.entries(customHeaders).map(([name, value]) => [name, new Secret(value)] as const);
  return { serviceUri: new Secret(serviceUri), customHeaders: Object.fromEntries(headers) };
}

export function revealed({ serviceUri, customHeaders }: Callback): PlainCallback {
  const headers = Object.entries(customHeaders).map(([name, value]) => [name, value.reveal()] as const);
  return { serviceUri: serviceUri.reveal(), customHeaders: Object.fromEntries(headers) };
}

/** Everything that is wrong with a callback. No message repeats a value. */
export function callbackProblems(callback: Callback): Problem[] {
  const { serviceUri, customHeaders } = revealed(callback);
  return [...uriProblems(serviceUri), ...headersProblems(customHeaders)];
}

function uriProblems(uri: string): Problem[] {
  if (isServiceUri(uri)) return [];
  return [
    {
      code: 'InvalidParameter',
      target: 'properties.serviceUri',
      message:
        `'properties.serviceUri' must be a URL such as https://hooks.example/path, with the scheme http or https and ` +
        `at most ${MAX_URI_CHARACTERS} characters.`,
    },
  ];
}

function isServiceUri(uri: string): boolean {
  if (uri.length > MAX_URI_CHARACTERS || !URL.canParse(uri)) return false;
  const { protocol, username, password } = new URL(uri);
  return ['http:', 'https:'].includes(protocol) && [username, password].every(isDecodable);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function headersProblems(headers: Readonly<Record<string, string>>): Problem[] {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const characters = Object.entries(headers).flat().join('').length;
  return [
    ...Object.entries(headers).flatMap(([name, value]) => headerProblems(name, value)),
    ...(new Set(names).size < names.length ? [headerProblem('', 'name a header twice, in different casings')] : []),
    ...(characters > MAX_HEADER_CHARACTERS
      ? [headerProblem('', `have ${characters} characters; ${MAX_HEADER_CHARACTERS} are the most`)]
      : []),
  ];
}

function headerProblems(name: string, value: string): Problem[] {
  if (!isValid(() => validateHeaderName(name))) return [headerProblem(name, 'have a name that HTTP does not allow')];
  if (RESERVED.includes(name.toLowerCase())) return [headerProblem(name, 'have a name that HTTP needs for itself')];
  if (!isValid(() => validateHeaderValue(name, value)))
    return [headerProblem(name, 'have a value with characters that HTTP does not allow')];
  return [];
}

function isValid(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function headerProblem(name: string, what: string): Problem {
  const target = `properties.customHeaders${name === '' ? '' : `.${name.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')}`}`;
  return { code: 'InvalidParameter', target, message: `'${target}': the custom headers ${what}.` };
}
