import { createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

const HIDDEN = '[secret]';
/** Of this process alone, so that a fingerprint tells nothing outside it. */
const FINGERPRINT_KEY = randomBytes(32);

/** A value that cannot be printed, logged or serialised by accident; `reveal()` is the only way to it. */
export class Secret {
  readonly #value: string;
  /** Makes secrets equal exactly when their values are, also to a deep comparison, which cannot see private members. */
  readonly fingerprint: string;

  constructor(value: string) {
    this.#value = value;
    this.fingerprint = createHmac('sha256', FINGERPRINT_KEY).update(value).digest('base64');
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
