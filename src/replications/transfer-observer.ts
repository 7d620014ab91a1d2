/** What is on its way to replicas. */
export interface TransfersOpen {
  readonly count: number;
  /** Seconds for which the oldest has been; 0 when there is none. */
  readonly oldestSeconds: number;
}

/** Is told what is copied to replicas; whoever wants to count it provides one. */
export abstract class TransferObserver {
  abstract ended(outcome: 'Succeeded' | 'Failed', seconds: number): void;
  abstract copied(what: { readonly manifests: number; readonly bytes: number }): void;
  /** How to find out what is open, which is asked when the metrics are. */
  abstract canTell(open: () => Promise<TransfersOpen>): void;
}
