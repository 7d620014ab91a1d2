import type { ArmRequest } from './arm-request.js';

/** Seconds after which a client may ask again. Clients wait half a minute or more when it is missing or 0. */
export const RETRY_AFTER_SECONDS = '1';

/** `registries-<uuid>`: how an operation's id is shown. `type` may be the whole type or its last part. */
export function operationName(type: string, operationId: string): string {
  return `${type.split('/').at(-1)?.toLowerCase()}-${operationId}`;
}

function shownId(request: ArmRequest, operationId: string): string {
  return operationName(request.id.segments.at(-1)?.type ?? 'resourcegroups', operationId);
}

/** What a 201 carries while the resource is made: where to ask for the operation's status. */
export function operationHeaders(request: ArmRequest, operationId: string): Record<string, string> {
  const url = new URL(`${request.id.toString()}/operationStatuses/${shownId(request, operationId)}`, request.url);
  url.searchParams.set('api-version', request.apiVersion ?? '');
  return { 'azure-asyncoperation': url.href, 'retry-after': RETRY_AFTER_SECONDS };
}

/** What a 202 carries: where to ask whether it is over. The URL outlives the resource. */
export function resultHeaders(request: ArmRequest, operationId: string): Record<string, string> {
  const { subscriptionId, namespace } = request.id;
  const path =
    namespace === undefined
      ? `/subscriptions/${subscriptionId}/operationresults/${shownId(request, operationId)}`
      : `/subscriptions/${subscriptionId}/providers/${namespace}/locations/global/operationResults/${shownId(request, operationId)}`;
  const url = new URL(path, request.url);
  url.searchParams.set('api-version', request.apiVersion ?? '');
  return { location: url.href, 'retry-after': RETRY_AFTER_SECONDS };
}
