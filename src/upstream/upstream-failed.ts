import { SourceFailed } from '../copying/content-source.js';

/** What another registry said when it did not give what it was asked for. */
export interface UpstreamRefusal {
  readonly status: number;
  /** As registries have them, such as `DENIED`; empty when it said none. */
  readonly code: string;
  /** For how long it wants to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** Another registry did not give what it was asked for, or could not be asked. */
export class UpstreamFailed extends SourceFailed {
  /** @param refusal undefined when it has not answered. */
  constructor(
    message: string,
    isWorthRetrying: boolean,
    readonly refusal?: UpstreamRefusal,
    options?: ErrorOptions,
  ) {
    super(message, isWorthRetrying, options);
  }

  /** Whether it does not let in whoever asked, by these credentials or without any. */
  get isRefusedLogin(): boolean {
    return this.refusal?.status === 401 || this.refusal?.status === 403;
  }
}
