import { Check, Column, Entity, Unique } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';
import type { Callback } from './callback.js';
import type { SignatureSecrets } from './signature.js';

export const WEBHOOK_ACTIONS = ['push', 'delete', 'quarantine', 'chart_push', 'chart_delete'] as const;
export type WebhookAction = (typeof WEBHOOK_ACTIONS)[number];

export const WEBHOOK_STATUSES = ['enabled', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** Whom to tell of what happens in a registry. */
@Entity('webhooks')
@Unique('webhooks_key_unique', ['registryId', 'key'])
@Check('webhooks_key_lower', 'key = lower(key)')
@Check('webhooks_status_known', `status IN ('enabled', 'disabled')`)
@Check(
  'webhooks_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class Webhook extends RegistryChild {
  @Column('text')
  location: string;

  @Column('jsonb', { default: {} })
  tags: Record<string, string>;

  @Column('text')
  status: WebhookStatus;

  /** Such as `foo:*`; empty means everything in the registry. */
  @Column('text')
  scope: string;

  @Column('jsonb')
  actions: readonly WebhookAction[];

  /** What `callback` is kept as. */
  @Column('bytea')
  sealedCallback: Buffer;

  /** What `signatureSecrets` are kept as; null until they are asked for, of webhooks from before there were any. */
  @Column('bytea', { nullable: true })
  sealedSignatureSecrets: Buffer | null;

  /** Not a column; opened and sealed by the repository. */
  callback: Callback;

  /** Not a column; opened and sealed by the repository. */
  signatureSecrets: SignatureSecrets | undefined;
}
