import type { ContentAction } from '../content/content-event.entity.js';
import type { ToldAction } from './webhook-event.entity.js';

/** As what an event is told to a webhook that wants to hear of that. */
export interface Telling {
  readonly happened: ContentAction;
  readonly isChart: boolean;
  readonly told: Exclude<ToldAction, 'ping'>;
}

/** The config of a Helm chart, which is what makes an artifact one. */
export const CHART_CONFIG_TYPE = 'application/vnd.cncf.helm.config.v1+json';

const TELLINGS: readonly Telling[] = [
  { happened: 'push', isChart: false, told: 'push' },
  { happened: 'push', isChart: true, told: 'chart_push' },
  { happened: 'push', isChart: true, told: 'push' },
  { happened: 'delete', isChart: false, told: 'delete' },
  { happened: 'delete', isChart: true, told: 'chart_delete' },
  { happened: 'delete', isChart: true, told: 'delete' },
  { happened: 'quarantine', isChart: false, told: 'quarantine' },
  { happened: 'quarantine', isChart: true, told: 'quarantine' },
];
/** What Azure does not tell: a tag that goes while its manifest stays. */
const OF_TAGS: readonly Telling[] = [
  { happened: 'untag', isChart: false, told: 'delete' },
  { happened: 'untag', isChart: true, told: 'delete' },
];

/** Of those that fit an event and what a webhook wants to hear of, the first is what it hears. */
export function tellings(tagDeletes: 'on' | 'off'): readonly Telling[] {
  return tagDeletes === 'on' ? [...TELLINGS, ...OF_TAGS] : TELLINGS;
}
