/** A second: how often somebody may look. */
const TOLD_EVERY_MS = 1_000;

/** How much of what is to be copied is there; told now and then. */
export class Progress {
  /** Of manifests that are there with all that they refer to. */
  private settledBytes = 0;
  /** Of others. */
  private flowedBytes = 0;
  private told = -1;
  private toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly totalBytes: number,
    private readonly tell: (percent: number) => Promise<void>,
  ) {}

  flowed(bytes: number): void {
    this.flowedBytes += bytes;
    this.soon();
  }

  /** A manifest is there, with so many bytes of blobs, whether they flowed or were there before. */
  settled(bytes: number): void {
    this.settledBytes += bytes;
    this.flowedBytes = Math.max(0, this.flowedBytes - bytes);
    this.soon();
  }

  /** Never all of it: that is for the end of the operation to say. */
  get percent(): number {
    const done = Math.min(this.settledBytes + this.flowedBytes, this.totalBytes);
    return this.totalBytes === 0 ? 0 : Math.min(99, Math.floor((100 * done) / this.totalBytes));
  }

  private soon(): void {
    const now = performance.now();
    const { percent } = this;
    if (percent <= this.told || now - this.toldAtMs < TOLD_EVERY_MS) return;
    this.told = percent;
    this.toldAtMs = now;
    // Of use to people alone: the next time tells more.
    this.tell(percent).catch(() => undefined);
  }
}
