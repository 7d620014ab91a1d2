/** What a role lets its holders do. `*` stands for any text; what `not…` names is taken out again, of this one alone. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  /** What may be done with what a resource holds, such as the repositories of a registry. */
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/** A role, built in or made by a customer. */
export interface Role {
  /** The GUID at the end of its resource id. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** A role that somebody has at a scope, and so in all below it. */
export interface EffectiveRole {
  readonly role: Pick<Role, 'id' | 'name' | 'permissions'>;
  /** The complete id of the scope in lower case; `/` is the whole tenant. */
  readonly scopeKey: string;
  /** As it was written; null: the role holds without one. */
  readonly condition: string | null;
  /** `2.0` where there is a condition. */
  readonly conditionVersion: string | null;
  /** Not assigned by anybody: the caller is an operator of this installation. */
  readonly isOperator: boolean;
}
