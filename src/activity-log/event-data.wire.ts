import { ApiProperty } from '@nestjs/swagger';

/** A value, and how people are told it. */
export class LocalizableString {
  readonly value: string;

  readonly localizedValue: string;
}

/** What the caller was allowed to do, and where. */
export class EventAuthorization {
  /** @example "Microsoft.ContainerRegistry/registries/write" */
  readonly action: string;

  readonly scope: string;
}

/** The request that the event tells of. */
export class EventHttpRequest {
  readonly clientRequestId?: string;

  readonly clientIpAddress: string;

  /** @example "PUT" */
  readonly method: string;
}

/** Somebody asked for a change, or an operation ended. */
export class EventData {
  readonly authorization: EventAuthorization;

  /** The application id of a service principal, the name of a user. */
  readonly caller: string;

  /** @example "Operation" */
  readonly channels: string;

  /** Who the caller was. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly claims: Readonly<Record<string, string>>;

  readonly correlationId: string;

  readonly eventDataId: string;

  readonly eventName: LocalizableString;

  readonly category: LocalizableString;

  @ApiProperty({ type: 'string', format: 'date-time' })
  readonly eventTimestamp: string;

  readonly id: string;

  @ApiProperty({ enum: ['Informational', 'Warning', 'Error'] })
  readonly level: string;

  /** The same in all events of one operation. */
  readonly operationId: string;

  readonly operationName: LocalizableString;

  readonly resourceGroupName?: string;

  readonly resourceProviderName: LocalizableString;

  readonly resourceId: string;

  readonly resourceType: LocalizableString;

  /** `Accepted`, `Succeeded`, `Failed` or `Canceled`. */
  readonly status: LocalizableString;

  /** The status of the answer; empty for the end of an operation. */
  readonly subStatus: LocalizableString;

  readonly subscriptionId: string;

  readonly tenantId: string;

  @ApiProperty({ type: 'string', format: 'date-time' })
  readonly submissionTimestamp: string;

  readonly httpRequest: EventHttpRequest;

  /** `statusCode` of the answer, and `errorCode` of a refusal or of an operation that failed. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly properties: Readonly<Record<string, string>>;
}

/** One page of events, the newest first. */
export class EventDataCollection {
  readonly value: EventData[];

  readonly nextLink?: string;
}
