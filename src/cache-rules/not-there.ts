import type { MatchedRule, Pulled } from './cache-fills.repository.js';
import { placeOf } from './pull-plan.js';

/** The other registry has no such thing. */
export class NotThere extends Error {}

export function notThere({ repository, reference }: Pulled, rule: MatchedRule): NotThere {
  return new NotThere(`'${placeOf(rule, repository).name}' has no manifest '${reference}'.`);
}

export function noBlob({ repository }: Pulled, rule: MatchedRule, digest: string): NotThere {
  return new NotThere(`'${placeOf(rule, repository).name}' has no blob ${digest}.`);
}
