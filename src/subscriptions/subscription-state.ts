interface Rules {
  /** What `state` says in answers. */
  readonly shown: 'Enabled' | 'Warned' | 'Disabled' | 'Deleted';
  readonly isWritable: boolean;
  readonly isDeletable: boolean;
}

/** The life of a subscription as ARM tells it to resource providers, and what each state lets its resources do. */
export const SUBSCRIPTION_STATES = {
  Registered: { shown: 'Enabled', isWritable: true, isDeletable: true },
  Warned: { shown: 'Warned', isWritable: false, isDeletable: true },
  Suspended: { shown: 'Disabled', isWritable: false, isDeletable: true },
  Unregistered: { shown: 'Disabled', isWritable: false, isDeletable: false },
  Deleted: { shown: 'Deleted', isWritable: false, isDeletable: false },
} as const satisfies Record<string, Rules>;

export type SubscriptionState = keyof typeof SUBSCRIPTION_STATES;
