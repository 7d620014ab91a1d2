import { Injectable } from '@nestjs/common';

/** Where chance comes from; tests put their own in its place. */
export abstract class Randomness {
  /** At least 0, and below 1. */
  abstract next(): number;
}

@Injectable()
export class SystemRandomness extends Randomness {
  next(): number {
    return Math.random();
  }
}
