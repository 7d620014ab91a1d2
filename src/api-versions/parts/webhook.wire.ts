import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  Allow,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { normalLocation } from '../../arm/location.js';
import { mergePatch } from '../../arm/merge-patch.js';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import { parseTags } from '../../arm/tags.js';
import { callbackOf, revealed } from '../../webhooks/callback.js';
import {
  WEBHOOK_ACTIONS,
  WEBHOOK_STATUSES,
  type Webhook,
  type WebhookAction,
  type WebhookStatus,
} from '../../webhooks/webhook.entity.js';
import { WEBHOOK_TYPE } from '../../webhooks/webhook.type.js';
import { proxyResource } from './child.wire.js';
import { TrackedResourceWire } from './envelope.wire.js';
import { HasTextValues } from './text-values.js';

/** What a webhook tells of. */
export class WebhookPropertiesWire {
  /** Whether anything is told at all. */
  @IsOptional()
  @IsIn(WEBHOOK_STATUSES)
  @ApiProperty({ enum: WEBHOOK_STATUSES, default: 'enabled' })
  readonly status?: WebhookStatus;

  /** Such as `foo:*` for all tags of a repository, `foo:bar` for one, `foo` for `foo:latest`; empty for everything. */
  @IsOptional()
  @IsString()
  readonly scope?: string;

  /** What is told. */
  @IsArray()
  @ArrayNotEmpty()
  @IsIn(WEBHOOK_ACTIONS, { each: true })
  @ApiProperty({ enum: WEBHOOK_ACTIONS, isArray: true })
  readonly actions: WebhookAction[];

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;
}

/** What a webhook tells of, and whom. */
export class WebhookPropertiesCreateParametersWire extends WebhookPropertiesWire {
  /** Where events are posted to. Only `getCallbackConfig` tells it. */
  @IsString()
  readonly serviceUri: string;

  /** Headers to add to those requests. Only `getCallbackConfig` tells them. */
  @IsOptional()
  @HasTextValues()
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly customHeaders?: Readonly<Record<string, string>>;
}

/** Whom to tell of what happens in a registry. */
export class WebhookCreateParametersWire extends TrackedResourceWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => WebhookPropertiesCreateParametersWire)
  readonly properties: WebhookPropertiesCreateParametersWire;
}

/** A webhook as it is shown: where it posts to is nobody's to read. */
export class WebhookWire extends TrackedResourceWire {
  readonly properties?: WebhookPropertiesWire;
}

/** The same in every version that has webhooks. */
export const webhookWire: Wire<Webhook> = {
  shape: WebhookCreateParametersWire,
  otherShapes: [WebhookWire],
  parse(body) {
    const parsed = parseBody(WebhookCreateParametersWire, body);
    if ('problems' in parsed) return parsed;
    const tags = parseTags(parsed.body.tags);
    return 'problems' in tags ? tags : parsed;
  },
  fromWire(body, base) {
    const { location, tags, properties } = body as WebhookCreateParametersWire;
    const { serviceUri, customHeaders, status, scope, actions } = properties;
    return {
      ...base,
      location: normalLocation(location),
      tags: { ...tags },
      status: status ?? 'enabled',
      scope: scope ?? '',
      actions: [...new Set(actions)],
      callback: callbackOf({ serviceUri, customHeaders: customHeaders ?? {} }),
    };
  },
  toWire,
  patched(record, patch) {
    const { serviceUri, customHeaders } = revealed(record.callback);
    const answer = toWire(record);
    // Headers are replaced whole: an empty object is how clients remove them all.
    const kept = namesHeaders(patch) ? { serviceUri } : { serviceUri, customHeaders };
    return mergePatch({ ...answer, properties: { ...answer.properties, ...kept } }, patch);
  },
};

function toWire(record: Webhook): { readonly properties: object; readonly [member: string]: unknown } {
  const { location, tags, status, scope, actions, provisioningState } = record;
  return {
    ...proxyResource(WEBHOOK_TYPE, record),
    location,
    tags,
    properties: { status, scope, actions, provisioningState },
  };
}

function namesHeaders(patch: unknown): boolean {
  const properties = (patch as { readonly properties?: unknown } | null)?.properties;
  return typeof properties === 'object' && properties !== null && 'customHeaders' in properties;
}
