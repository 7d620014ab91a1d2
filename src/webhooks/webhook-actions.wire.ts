import { ApiProperty } from '@nestjs/swagger';

const TEXTS = { type: 'object', additionalProperties: { type: 'string' } } as const;

/** Where events are posted to, and the customer's own headers of those requests. */
export class CallbackConfigWire {
  readonly serviceUri: string;

  @ApiProperty(TEXTS)
  readonly customHeaders?: Readonly<Record<string, string>>;
}

/** Which event was made. */
export class EventInfoWire {
  readonly id?: string;
}

/** What an event is about. */
export class TargetWire {
  readonly mediaType?: string;

  /** In bytes; the same as the length. */
  @ApiProperty({ type: 'integer', format: 'int64' })
  readonly size?: number;

  readonly digest?: string;

  /** In bytes; the same as the size. */
  @ApiProperty({ type: 'integer', format: 'int64' })
  readonly length?: number;

  readonly repository?: string;
  readonly url?: string;
  readonly tag?: string;
  readonly name?: string;
  readonly version?: string;
}

/** The request that made an event happen. */
export class RequestWire {
  readonly id?: string;

  /** Where the request came from. */
  readonly addr?: string;

  /** The host that the request named. */
  readonly host?: string;

  readonly method?: string;
  readonly useragent?: string;
}

/** Who made an event happen. */
export class ActorWire {
  readonly name?: string;
}

/** Where an event was made. */
export class SourceWire {
  readonly addr?: string;
  readonly instanceID?: string;
}

/** What is posted. */
export class EventContentWire {
  readonly id?: string;

  @ApiProperty({ format: 'date-time' })
  readonly timestamp?: string;

  /** What happened, such as `push`; `ping` was asked for. */
  readonly action?: string;

  readonly target?: TargetWire;
  readonly request?: RequestWire;
  readonly actor?: ActorWire;
  readonly source?: SourceWire;
}

/** How an event was posted last. Of the URI and the custom headers it tells only what is not secret. */
export class EventRequestMessageWire {
  readonly content?: EventContentWire;

  @ApiProperty(TEXTS)
  readonly headers?: Readonly<Record<string, string>>;

  readonly method?: string;
  readonly requestUri?: string;
  readonly version?: string;
}

/** What the receiver answered last. Without a status code when it did not answer; the reason phrase says why. */
export class EventResponseMessageWire {
  /** The beginning of the body. */
  readonly content?: string;

  @ApiProperty(TEXTS)
  readonly headers?: Readonly<Record<string, string>>;

  readonly reasonPhrase?: string;
  readonly statusCode?: string;
  readonly version?: string;
}

/** Something that a webhook tells of. */
export class EventWire extends EventInfoWire {
  readonly eventRequestMessage?: EventRequestMessageWire;
  readonly eventResponseMessage?: EventResponseMessageWire;
}
