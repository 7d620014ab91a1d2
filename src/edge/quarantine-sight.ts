import { Injectable } from '@nestjs/common';
import type { Sight } from '../content/content-lists.repository.js';
import type { ContentCall } from './content-call.js';
import { Logins } from './logins.js';
import { QUARANTINE_RIGHTS } from './rights.js';

type Right = keyof typeof QUARANTINE_RIGHTS;
type Asking = Pick<ContentCall, 'registry' | 'login'>;

/** Who sees what is in quarantine, and who lets it out. A registry without one costs nothing. */
@Injectable()
export class QuarantineSight {
  constructor(private readonly logins: Logins) {}

  async sightOf(call: Asking, repository: string): Promise<Sight> {
    return !call.registry.hasQuarantine || (await this.may(call, 'read', repository)) ? 'all' : 'released';
  }

  /** At this moment, whatever the token was issued for: no token names it. */
  async may({ registry, login }: Asking, right: Right, repository: string): Promise<boolean> {
    const entry = await this.logins.again(registry, login);
    const wanted = [{ type: 'repository', name: repository, actions: [QUARANTINE_RIGHTS[right]] }];
    return entry !== undefined && entry.rights(wanted).length > 0;
  }
}
