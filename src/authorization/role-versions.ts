/** What an api-version of roles and assignments knows. */
export interface RoleVersion {
  readonly hasDataActions: boolean;
  /** Types of principals, descriptions and conditions. */
  readonly hasConditions: boolean;
}

const FIRST: RoleVersion = { hasDataActions: false, hasConditions: false };
const WITH_DATA: RoleVersion = { hasDataActions: true, hasConditions: false };
const NEWEST: RoleVersion = { hasDataActions: true, hasConditions: true };

/** The versions that serve roles and assignments. */
export const ROLE_VERSIONS: ReadonlyMap<string, RoleVersion> = new Map([
  ['2022-04-01', NEWEST],
  ['2020-10-01-preview', NEWEST],
  ['2020-08-01-preview', NEWEST],
  ['2020-04-01-preview', NEWEST],
  ['2018-09-01-preview', WITH_DATA],
  ['2018-07-01', WITH_DATA],
  ['2018-01-01-preview', WITH_DATA],
  ['2015-07-01', FIRST],
]);
