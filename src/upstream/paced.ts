import { Transform } from 'node:stream';

/** What has to come within the time, where it is taken as fast as it comes. */
const LEAST_BYTES = 64 * 1024;
const WITHIN_MS = 60_000;

/**
 * Lets through what comes at some pace: who gives a byte now and then would keep others from their turn for ever.
 * @param tooSlow with what it ends.
 */
export function paced(tooSlow: (leastBytes: number) => Error): Transform {
  let cameBytes = 0;
  const through = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      cameBytes += bytes.length;
      done(null, bytes);
    },
  });
  const timer = setInterval(() => {
    const isWaitedFor = !through.writableNeedDrain && !through.writableEnded;
    if (cameBytes < LEAST_BYTES && isWaitedFor) through.destroy(tooSlow(LEAST_BYTES));
    cameBytes = 0;
  }, WITHIN_MS);
  timer.unref();
  through.once('close', () => clearInterval(timer));
  return through;
}
