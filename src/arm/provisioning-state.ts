/** Which state may follow which. The database's check constraint names the same states. */
export const NEXT_STATES = {
  Creating: ['Succeeded', 'Failed', 'Canceled', 'Deleting'],
  Updating: ['Succeeded', 'Failed', 'Canceled', 'Deleting'],
  Deleting: ['Failed'],
  Succeeded: ['Updating', 'Deleting'],
  Failed: ['Updating', 'Deleting'],
  Canceled: ['Updating', 'Deleting'],
} as const satisfies Record<string, readonly string[]>;

export type ProvisioningState = keyof typeof NEXT_STATES;

const TERMINAL: readonly ProvisioningState[] = ['Succeeded', 'Failed', 'Canceled'];

/** Whether no operation is working on the resource. */
export function isTerminal(state: ProvisioningState): boolean {
  return TERMINAL.includes(state);
}

/** The states that may be followed by `state`; what an UPDATE to it demands. */
export function sourcesOf(state: ProvisioningState): ProvisioningState[] {
  return (Object.keys(NEXT_STATES) as ProvisioningState[]).filter((from) =>
    (NEXT_STATES[from] as readonly string[]).includes(state),
  );
}
