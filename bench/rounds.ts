/** On a machine so busy that rounds take long, fewer of them are made after this. */
export interface RoundLimits {
  readonly rounds: number;
  /** As `performance.now()` tells it. */
  readonly deadlineMs: number;
}

/**
 * Measures everything once a round, in reversed order every other round; answers what each gave, round by round. There is
 * always one round.
 */
export async function interleaved<Name extends string, Sample>(
  names: readonly Name[],
  { rounds, deadlineMs }: RoundLimits,
  measure: (name: Name) => Promise<Sample>,
): Promise<Record<Name, Sample[]>> {
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  for (let round = 0; round < rounds && (round === 0 || performance.now() < deadlineMs); round++)
    for (const name of round % 2 === 0 ? names : names.toReversed()) samples[name].push(await measure(name));
  return samples;
}
