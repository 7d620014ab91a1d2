import type { ServerResponse } from 'node:http';

/** What registry clients understand, and the status that each code is answered with unless told otherwise. */
const OCI_ERRORS = {
  UNAUTHORIZED: 401,
  DENIED: 403,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  TAG_INVALID: 400,
  TAG_UNKNOWN: 404,
  TAG_IMMUTABLE: 409,
  BLOB_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  PAGINATION_NUMBER_INVALID: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  MANIFEST_REFERENCED: 409,
  SIZE_INVALID: 413,
  TOOMANYREQUESTS: 429,
  UNSUPPORTED: 405,
  RANGE_INVALID: 416,
  // Of notary servers.
  INVALID_GUN: 400,
  NO_FILENAME: 400,
  INVALID_ROLE: 400,
  MALFORMED_JSON: 400,
  MALFORMED_UPLOAD: 400,
  INVALID_UPDATE: 400,
  VERSION: 400,
  METADATA_NOT_FOUND: 404,
  UNAVAILABLE: 503,
  UNKNOWN: 500,
} as const;

export type OciErrorCode = keyof typeof OCI_ERRORS;

export interface OciErrorOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly detail?: unknown;
  readonly cause?: unknown;
}

/** The one error that a login server shows to its clients, in the form of the OCI distribution specification. */
export class OciError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: unknown;

  constructor(
    readonly code: OciErrorCode,
    message: string,
    options: OciErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.status = options.status ?? OCI_ERRORS[code];
    this.headers = options.headers ?? {};
    this.detail = options.detail ?? null;
  }
}

/** Something that will be there soon: clients that can wait come back by themselves. */
export function unavailable(message: string, cause?: unknown): OciError {
  return new OciError('UNAVAILABLE', message, { headers: { 'Retry-After': '1' }, cause });
}

export function unknownRepository(name: string): OciError {
  return new OciError('NAME_UNKNOWN', `The registry has no repository '${name}'.`, { detail: { name } });
}

export function unknownTag(name: string, tag: string): OciError {
  return new OciError('TAG_UNKNOWN', `The repository '${name}' has no tag '${tag}'.`, { detail: { name, tag } });
}

export function unknownBlob(name: string, digest: string): OciError {
  return new OciError('BLOB_UNKNOWN', `The repository '${name}' has no blob '${digest}'.`, {
    detail: { name, digest },
  });
}

export function unknownManifest(name: string, digest: string): OciError {
  return new OciError('MANIFEST_UNKNOWN', `The repository '${name}' has no manifest '${digest}'.`, {
    detail: { name, digest },
  });
}

export function immutableTag(repository: string, tag: string): OciError {
  return new OciError(
    'TAG_IMMUTABLE',
    `The tag '${repository}:${tag}' is immutable: it is neither moved nor deleted. Push under another tag, or change the policy tagImmutabilityPolicies of the registry.`,
    { detail: { name: repository, tag } },
  );
}

export function sendOciError(response: ServerResponse, { code, message, detail, status, headers }: OciError): void {
  sendJson(response, status, { errors: [{ code, message, detail }] }, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
    'Docker-Distribution-Api-Version': 'registry/2.0',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(bytes);
}
