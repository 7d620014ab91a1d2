import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Content } from '../content/content.js';
import { TagImmutable } from '../content/tag-immutable.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import type { LifecycleRule } from './lifecycle-policy.entity.js';
import {
  claimLifecycle,
  dependentsOf,
  endLifecycle,
  findDoomed,
  isFree,
  type DoomedTag,
  type DuePolicy,
  type PolicyManifest,
} from './lifecycle.repository.js';

const EVERY_MS = 3_600_000;
const BATCH = 500;

interface Removed {
  tags: number;
  manifests: number;
}

/**
 * Takes away what lifecycle policies have go, as clients would. Every step looks at what is there: one that dies over it
 * leaves the rest to the next time, and any number may do so at once.
 */
@Injectable()
export class LifecycleSweep implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly content: Content,
    private readonly clock: Clock,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({ name: 'tags past their lifecycle', run: () => this.sweep() });
  }

  /** Answers how many tags and manifests went. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (let policy = await this.claim(); policy; policy = await this.claim()) removed += await this.keepTo(policy);
    return removed;
  }

  private claim(): Promise<DuePolicy | undefined> {
    const now = this.clock.now();
    return claimLifecycle(this.database, now, new Date(now.getTime() + EVERY_MS));
  }

  private async keepTo(policy: DuePolicy): Promise<number> {
    const removed = { tags: 0, manifests: 0 };
    for (const rule of policy.rules) await this.follow(policy, rule, removed);
    await endLifecycle(this.database, policy.id, this.clock.now(), removed.tags, removed.manifests);
    return removed.tags + removed.manifests;
  }

  private async follow(policy: DuePolicy, rule: LifecycleRule, removed: Removed): Promise<void> {
    for (let left = BATCH; left === BATCH;) {
      // What was pushed since is younger than this, and stays.
      const begunAt = this.clock.now();
      const doomed = await findDoomed(this.database, policy, rule, begunAt, BATCH);
      const before = removed.tags;
      for (const tag of doomed) await this.remove(policy, tag, begunAt, removed);
      left = removed.tags === before ? 0 : doomed.length;
    }
  }

  private async remove(policy: DuePolicy, { repository, tag, digest }: DoomedTag, begunAt: Date, removed: Removed) {
    const of = { registryId: policy.id, repository, digest };
    try {
      const isGone =
        (await this.removeManifest(policy, of, { tag, begunAt }, removed)) ||
        (await this.content.untag({ ...of, begunAt, cause: causeOf(policy) }, tag));
      if (isGone) removed.tags++;
    } catch (error) {
      // Made immutable meanwhile.
      if (!(error instanceof TagImmutable)) throw error;
    }
  }

  /** With what it refers to and what is said about it, as far as nothing else needs that. False when it has to stay. */
  private async removeManifest(
    policy: DuePolicy,
    of: PolicyManifest,
    { tag, begunAt }: { readonly tag: string | null; readonly begunAt: Date },
    removed: Removed,
  ): Promise<boolean> {
    if (!(await isFree(this.database, of, tag))) return false;
    const dependents = await dependentsOf(this.database, of);
    const from = { ...of, begunAt, cause: causeOf(policy) };
    // Somebody may have pushed an index that has it since.
    const gone = await this.content.delete(from, [of.digest], (tx) => isFree(tx, of, tag));
    if (gone.length === 0) return false;
    removed.manifests++;
    for (const digest of dependents)
      await this.removeManifest(policy, { ...of, digest }, { tag: null, begunAt }, removed);
    return true;
  }
}

function causeOf({ instanceName }: DuePolicy) {
  return { instanceName, actor: '', request: null };
}
