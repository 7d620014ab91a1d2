/** Is told of events that could not be written; whoever wants to count them provides one. */
export abstract class ActivityObserver {
  abstract lost(): void;
}
