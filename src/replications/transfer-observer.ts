/** Is told what is copied to replicas; whoever wants to count it provides one. */
export abstract class TransferObserver {
  /** @param seconds since it was asked for. */
  abstract ended(seconds: number): void;
  abstract failed(): void;
  abstract copied(what: { readonly manifests: number; readonly bytes: number }): void;
  /** A comparison found so many tags and manifests of a replica to be other than the index says. */
  abstract found(differences: number): void;
  /** How much is on its way in the whole service, and for how long the first of it. */
  abstract waiting(transfers: number, oldestSeconds: number): void;
  /** Copies in second zones of the whole service that are not there, and are tried to be made. */
  abstract zonesWaiting(copies: number): void;
}
