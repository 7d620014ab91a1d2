import { vi } from 'vitest';

/** A method, and what has it. */
export type Call = readonly [prototype: object, name: string];

/** One of these calls, that with the number, is never made. Answers how often that was so. */
export function dieAt(nth: number, among: readonly Call[]): () => number {
  let calls = 0;
  let died = 0;
  const maybe = () => {
    if (++calls !== nth) return;
    died++;
    throw new Error('The worker is gone.');
  };
  for (const [prototype, name] of among) {
    const { value: original } = Object.getOwnPropertyDescriptor(prototype, name) as {
      value: (...said: unknown[]) => unknown;
    };
    vi.spyOn(prototype as unknown as Record<string, typeof original>, name).mockImplementation(function (
      this: unknown,
      ...said
    ) {
      maybe();
      return original.apply(this, said);
    });
  }
  return () => died;
}
