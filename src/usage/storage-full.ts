export interface StorageShortage {
  /** What is stored, and what others are bringing. */
  readonly usedBytes: number;
  readonly neededBytes: number;
  readonly limitBytes: number;
}

/** A registry has no room for something. */
export class StorageFull extends Error {
  constructor(readonly shortage: StorageShortage) {
    const { usedBytes, neededBytes, limitBytes } = shortage;
    super(`${neededBytes} bytes do not fit: ${usedBytes} of at most ${limitBytes} are stored or on their way.`);
  }
}
