/** Is told what sweeps put right; whoever wants to count it provides one. */
export abstract class SweepObserver {
  /** @param swept how many things were put right. */
  abstract swept(sweep: string, swept: number): void;
  abstract failed(sweep: string): void;
}
