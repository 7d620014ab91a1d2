import type { ArmRequest } from './arm-request.js';
import { operationHeaders } from './operation-links.js';
import { etagOf } from './preconditions.js';
import type { ResourceRecord, ResourceType, Wire } from './resource-type.js';

/** What a PUT or PATCH left behind. */
export interface Written<R> {
  readonly record: R;
  /** Of the operation that makes it true, where there is one. */
  readonly operationId?: string;
  /** Whether that operation ended before the client had waited long enough; only where it may wait at all. */
  readonly ended?: Promise<boolean>;
}

type Headers<R extends ResourceRecord> = Pick<ResourceType<R, unknown>, 'headers'>;

/** The body of an answer about one resource, with the type's own headers, and its ETag for a client that asked for it. */
export function shown<R extends ResourceRecord>(
  type: Headers<R>,
  wire: Wire<R>,
  record: R,
  request: ArmRequest,
): object {
  if (type.headers) request.addHeaders(type.headers(record));
  if (request.preconditions.wantsEtag) request.addHeaders({ etag: etagOf(record) });
  return wire.toWire(record);
}

/** Answers a PUT or PATCH: `finished` when the operation was waited for, else what it has to make true. */
export function answered<R extends ResourceRecord>(
  type: Headers<R>,
  wire: Wire<R>,
  request: ArmRequest,
  { record, operationId }: Written<R>,
  finished?: R,
): object {
  if (finished || !operationId) request.answer(200);
  else request.answer(201, operationHeaders(request, operationId));
  return shown(type, wire, finished ?? record, request);
}
