import { Injectable } from '@nestjs/common';
import { CredentialSetLogins } from '../credential-sets/credential-set-logins.js';
import { UpstreamFailed } from '../upstream/upstream-failed.js';
import { UpstreamRegistries } from '../upstream/upstream-registries.js';
import type { UpstreamSource } from '../upstream/upstream-source.js';
import type { MatchedRule } from './cache-fills.repository.js';
import { AwayUpstreams } from './away-upstreams.js';
import { placeOf } from './pull-plan.js';

/** The repositories of other registries that cache rules name, asked with the credentials that these name. */
@Injectable()
export class UpstreamImages {
  constructor(
    private readonly registries: UpstreamRegistries,
    private readonly logins: CredentialSetLogins,
    private readonly away: AwayUpstreams,
  ) {}

  /** Whether it did not answer of late, so that whoever has something to serve does that. */
  isLeftAlone(rule: MatchedRule, repository: string): boolean {
    return this.away.isLeftAlone(placeOf(rule, repository).host);
  }

  /** It has let somebody wait for too long. */
  didNotAnswer(rule: MatchedRule, repository: string): void {
    this.away.didNotAnswer(placeOf(rule, repository).host);
  }

  /**
   * Asks with the rule's credential; with the other one when that is refused.
   * @throws what `ask` throws; NoCredential when there is none that can be used.
   */
  async ask<T>(rule: MatchedRule, repository: string, ask: (source: UpstreamSource) => Promise<T>): Promise<T> {
    const { host } = placeOf(rule, repository);
    try {
      const answer = await this.askAs(rule, repository, ask);
      this.away.answered(host);
      return answer;
    } catch (error) {
      if (error instanceof UpstreamFailed && error.refusal) this.away.answered(host);
      else if (error instanceof UpstreamFailed && error.isWorthRetrying) this.away.didNotAnswer(host);
      throw error;
    }
  }

  private async askAs<T>(
    rule: MatchedRule,
    repository: string,
    ask: (source: UpstreamSource) => Promise<T>,
  ): Promise<T> {
    const place = placeOf(rule, repository);
    if (rule.credentialSetId === null) return ask(this.registries.source(place));
    for (;;) {
      const login = await this.logins.login(rule.credentialSetId, place.ruleHost);
      const credentials = { username: login.username.reveal(), password: login.password };
      try {
        const answer = await ask(this.registries.source(place, credentials));
        await login.accepted();
        return answer;
      } catch (error) {
        if (!(error instanceof UpstreamFailed && error.isRefusedLogin)) throw error;
        await login.refused(error.message);
        if (!login.hasAnother) throw error;
      }
    }
  }
}
