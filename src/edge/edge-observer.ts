/** One request that a login server has answered. */
export interface EdgeAnswer {
  readonly method: string;
  /** Kind of route, such as `manifest`; never a path, of which there are too many to count by. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** Bytes written to the connection while the request was on it, headers included. */
  readonly bytes: number;
}

/** Is told about every request; whoever wants to count them provides one. */
export abstract class EdgeObserver {
  abstract request(answer: EdgeAnswer): void;
}
