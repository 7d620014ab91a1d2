/** What was looked for in another registry. */
export type CacheThing = 'tag' | 'digest' | 'blob';

/**
 * What came of it. Of a tag that is here: `unchanged` when it has not moved, `stale` when that could not be found out.
 * `absent`: the other registry has no such thing. `passed`: handed on without being kept, since there is no room for it.
 */
export type CacheOutcome = 'brought' | 'unchanged' | 'stale' | 'absent' | 'failed' | 'passed';

/**
 * How a manifest was pulled: a `hit` is served without anybody being asked, a `stale` one too, since the other registry does
 * not answer; of a `compared` one is asked whether it has moved, a `miss` is not here yet.
 */
export type CachePull = 'hit' | 'stale' | 'compared' | 'miss';

/** Is told what cache rules do; whoever wants to count it provides one. */
export abstract class CacheObserver {
  abstract ended(thing: CacheThing, outcome: CacheOutcome): void;

  abstract pulled(how: CachePull): void;
}
