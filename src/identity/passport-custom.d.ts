/** The package ships no types. */
declare module 'passport-custom' {
  import { Strategy as PassportStrategy } from 'passport';

  export class Strategy extends PassportStrategy {
    constructor(verify?: (...parameters: unknown[]) => void);
  }
}
