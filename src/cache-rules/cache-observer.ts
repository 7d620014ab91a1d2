/** What was looked for in another registry. */
export type CacheThing = 'tag' | 'digest' | 'blob';

/**
 * What came of it. Of a tag that is here: `unchanged` when it has not moved, `stale` when that could not be found out.
 * `absent`: the other registry has no such thing.
 */
export type CacheOutcome = 'brought' | 'unchanged' | 'stale' | 'absent' | 'failed';

/** Is told what cache rules do; whoever wants to count it provides one. */
export abstract class CacheObserver {
  abstract ended(thing: CacheThing, outcome: CacheOutcome): void;
}
