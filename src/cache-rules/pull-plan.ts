import { upstreamPlace, type UpstreamPlace } from '../upstream/upstream-place.js';

/** What decides about a pull from a repository that a cache rule is for. */
export interface PullState {
  /** What the reference names here; null when nothing. */
  readonly storedDigest: string | null;
  /** What a cache rule brought under it; null when nothing. */
  readonly filledDigest: string | null;
  readonly askAgainAt: Date | null;
  /** Whoever was about to bring it ended before it was known what came of that. */
  readonly isInterrupted: boolean;
}

/** Serve what is stored; ask whether it has moved, and serve what is stored then; or bring it first. */
export type PullPlan = 'serve' | 'compare' | 'bring';

/** What was pushed or imported under a tag stays as it is: only what a rule brought follows the other registry. */
export function pullPlan({ storedDigest, filledDigest, askAgainAt, isInterrupted }: PullState, now: Date): PullPlan {
  if (storedDigest === null) return 'bring';
  if (isInterrupted) return 'compare';
  if (storedDigest !== filledDigest) return 'serve';
  return askAgainAt !== null && askAgainAt > now ? 'serve' : 'compare';
}

/** The targets of all rules that may be for a repository: itself, and each wildcard above it. */
export function targetsFor(repository: string): string[] {
  const parts = repository.split('/');
  return [repository, ...parts.map((_, depth) => [...parts.slice(0, depth), '*'].join('/'))];
}

/** The repository that is found under the name `repository` here. */
export function placeOf(
  { sourceRepository, targetRepository }: { readonly sourceRepository: string; readonly targetRepository: string },
  repository: string,
): UpstreamPlace & { /** As the rule names it. */ readonly name: string; readonly ruleHost: string } {
  const isWildcard = targetRepository.endsWith('*');
  const below = isWildcard ? repository.slice(targetRepository.length - 1) : '';
  const name = isWildcard ? `${sourceRepository.slice(0, -1)}${below}` : sourceRepository;
  const slash = name.indexOf('/');
  const ruleHost = name.slice(0, slash);
  return { ...upstreamPlace(ruleHost, name.slice(slash + 1)), name, ruleHost };
}
