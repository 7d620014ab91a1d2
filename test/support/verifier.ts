import { isDeepStrictEqual } from 'node:util';
import type { Exchange } from './arm-exchange.js';
import { isDescribed, judge } from './official-descriptions.js';

/** Not those of extensions, such as locks, which are another provider's. */
const REGISTRY_ROUTE = /\/providers\/microsoft\.containerregistry\/(?!.*\/providers\/)/i;
/** Routes that answer as OAuth does, not as Azure Resource Manager. */
const IDENTITY_ROUTE = /\/(oauth2|discovery|\.well-known)\//i;
/** Routes of operations, which the official descriptions do not have. */
const POLLING_ROUTE = /\/(operationstatuses|operationresults)\//i;

/** Routes that Azure does not have. */
const OUR_ROUTE =
  /\/(tagimmutabilitypolicies|lifecyclepolicies)\/|\/(regionendpoints|zones|synchronizezones|webhooks\/[^/]+\/(redeliver|(get|rotate)signaturesecret)|replications\/[^/]+\/(progress|synchronize))$/i;

const OPERATION_STATES: readonly string[] = ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'];

/**
 * Judges one exchange with the control plane. Answers of the registry provider are compared with the official description of
 * their api-version, where that is at hand; all answers with what those descriptions cannot say.
 * @throws Error that lists everything that is wrong.
 */
export async function verifyExchange(exchange: Exchange): Promise<void> {
  const findings = [...ownFindings(exchange), ...(await officialFindings(exchange))];
  if (findings.length === 0) return;
  const { request, response } = exchange;
  throw new Error(
    `${request.method} ${request.url} answered ${response.status}, which breaks the contract:\n` +
      `${findings.map((finding) => `  - ${finding}`).join('\n')}\n${JSON.stringify(response.body)}`,
  );
}

async function officialFindings({ request, response }: Exchange): Promise<string[]> {
  const url = new URL(request.url);
  const version = url.searchParams.get('api-version') ?? '';
  if (!REGISTRY_ROUTE.test(url.pathname) || POLLING_ROUTE.test(url.pathname) || !isDescribed(version)) return [];
  if (OUR_ROUTE.test(url.pathname)) return [];
  const { method } = request;
  // Azure Resource Manager's own question, of resources of any type.
  if (method === 'HEAD') return [];
  // Repeated slashes count as one to the service, but not to the judge.
  const operation = { url: request.url.replaceAll(/(?<!:)\/{2,}/g, '/'), method };
  const result = await (
    await judge(version)
  ).validateLiveResponse(
    { statusCode: String(response.status), headers: textOf(response.headers), body: objectOf(response.body) },
    operation,
  );
  if (result.runtimeException) return [`it is not described: ${result.runtimeException.message}`];
  return result.errors.map(
    ({ code, message, jsonPathsInPayload }) => `${code}: ${message} (${jsonPathsInPayload.join()})`,
  );
}

/** What the official descriptions do not say, or the judge does not look at. */
function ownFindings(exchange: Exchange): string[] {
  return [
    ...headerFindings(exchange),
    ...linkFindings(exchange),
    ...errorFindings(exchange),
    ...tagFindings(exchange),
    ...statusFindings(exchange),
  ];
}

function headerFindings({ request, response: { status, headers } }: Exchange): string[] {
  const isRegistry = REGISTRY_ROUTE.test(new URL(request.url).pathname);
  const needed = [
    'x-ms-request-id',
    'x-ms-correlation-request-id',
    ...(status === 201 && isRegistry ? ['azure-asyncoperation', 'retry-after'] : []),
    ...(status === 202 ? ['location', 'retry-after'] : []),
  ];
  const missing = needed.filter((name) => !headers[name]).map((name) => `the header ${name} is missing`);
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined && !/^\d+$/.test(String(retryAfter)))
    missing.push(`retry-after is '${String(retryAfter)}', which is not whole seconds`);
  return missing;
}

/** Every URL in an answer is absolute and leads back to the host that the client used. */
function linkFindings({ request, response: { headers, body } }: Exchange): string[] {
  const links = {
    'azure-asyncoperation': headers['azure-asyncoperation'],
    location: headers.location,
    nextLink: membersOf(body).nextLink,
  };
  const origin = originOf(request);
  return Object.entries(links).flatMap(([name, link]) => {
    if (link === undefined) return [];
    const isSame = typeof link === 'string' && URL.canParse(link) && new URL(link).origin === origin;
    return isSame ? [] : [`${name} is ${JSON.stringify(link)}, which is no URL of ${origin}`];
  });
}

function originOf({ url, headers }: Exchange['request']): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${headers.host ?? host}`;
}

function errorFindings({ request, response: { status, headers, body } }: Exchange): string[] {
  if (status < 400 || request.method === 'HEAD' || IDENTITY_ROUTE.test(request.url)) return [];
  const error = membersOf(membersOf(body).error);
  return [
    ...(Object.keys(membersOf(body)).join() === 'error' ? [] : ['the body is not an error envelope']),
    ...(/^[A-Z][A-Za-z]+$/.test(String(error.code)) ? [] : [`the code '${String(error.code)}' is not in PascalCase`]),
    ...(typeof error.message === 'string' && error.message ? [] : ['the error has no message']),
    ...(String(headers['content-type']).startsWith('application/json') ? [] : ['the error is not JSON']),
  ];
}

/** What a poll of an operation's status says: always 200, a state, and an error exactly when the state is one of failure. */
function statusFindings({ request, response: { status: answered, body } }: Exchange): string[] {
  if (!/\/operationstatuses\//i.test(request.url) || answered >= 400) return [];
  const { status, error } = membersOf(body);
  const isFailure = status === 'Failed' || status === 'Canceled';
  return [
    ...(answered === 200 && OPERATION_STATES.includes(String(status)) ? [] : [`the operation is '${String(status)}'`]),
    ...((error !== undefined) === isFailure ? [] : ['the operation has an error without a failure, or the reverse']),
  ];
}

/** Tags that were sent are what is answered, all of them and no other. */
function tagFindings({ request, response: { status, body } }: Exchange): string[] {
  const sent = membersOf(request.body).tags;
  if (!['PUT', 'PATCH'].includes(request.method) || status >= 300 || typeof sent !== 'object' || sent === null)
    return [];
  const answered = membersOf(body).tags;
  if (isDeepStrictEqual(sent, answered)) return [];
  return [`the tags ${JSON.stringify(sent)} became ${JSON.stringify(answered)}`];
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function objectOf(body: unknown): Record<string, unknown> | undefined {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
}

function textOf(headers: Exchange['response']['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
