import type { CausingRequest } from '../content/content-event.entity.js';
import type { EventContent, EventTarget, ToldAction } from './webhook-event.entity.js';

/** What ACR says of a chart's media type, whichever way the chart came. */
const CHART_TYPE = 'application/vnd.acr.helm.chart';

/** What is known of an event when it is told. Without a repository, nothing happened: it is a ping. */
export interface ToldEvent {
  readonly id: string;
  readonly createdAt: Date;
  readonly action: ToldAction;
  readonly happened: string | null;
  readonly repository: string | null;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly mediaType: string | null;
  readonly sizeBytes: string | null;
  readonly causedBy: CausingRequest | null;
}

type Happened = ToldEvent & { readonly repository: string };

const image = ({ mediaType, sizeBytes, digest, repository, tag }: Happened): EventTarget => ({
  mediaType: mediaType ?? undefined,
  size: Number(sizeBytes),
  digest: digest ?? undefined,
  length: Number(sizeBytes),
  repository,
  tag: tag ?? undefined,
});

/** Helm writes a version with `+` as a tag with `_`, which tags may have. */
const chart = (event: Happened): EventTarget => ({
  ...image(event),
  mediaType: CHART_TYPE,
  length: undefined,
  name: event.repository.split('/').at(-1),
  version: event.tag?.replaceAll('_', '+'),
});

/** Azure tells of no tag that goes while its manifest stays: ours, with the tag and nothing of the manifest. */
const gone = ({ happened, mediaType, digest, repository, tag }: Happened): EventTarget =>
  happened === 'untag'
    ? { repository, tag: tag ?? undefined }
    : { mediaType: mediaType ?? undefined, digest: digest ?? undefined, repository };

const held = (event: Happened): EventTarget => ({ ...image(event), mediaType: undefined });

const TARGETS: Readonly<Record<Exclude<ToldAction, 'ping'>, (event: Happened) => EventTarget>> = {
  push: image,
  delete: gone,
  quarantine: held,
  chart_push: chart,
  chart_delete: chart,
};
/** Actions that Azure tells without the request. */
const WITHOUT_REQUEST: readonly ToldAction[] = ['chart_push', 'chart_delete'];
const WITHOUT_USER_AGENT: readonly ToldAction[] = ['quarantine'];

/** The content as Azure has it for this action, member for member. */
export function contentOf(event: ToldEvent): EventContent {
  const { id, createdAt, action, repository, causedBy } = event;
  const head = { id, timestamp: createdAt.toISOString(), action };
  if (action === 'ping' || repository === null) return head;
  const target = TARGETS[action]({ ...event, repository });
  if (!causedBy || WITHOUT_REQUEST.includes(action)) return { ...head, target };
  const { id: requestId, host, method, userAgent } = causedBy;
  const useragent = WITHOUT_USER_AGENT.includes(action) ? undefined : userAgent;
  return { ...head, target, request: { id: requestId, host, method, useragent } };
}
