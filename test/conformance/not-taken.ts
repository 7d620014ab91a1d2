export interface NotTaken {
  readonly group: string;
  readonly path: RegExp;
  /** Of the value as JSON; all values when there is none. */
  readonly value?: RegExp;
  readonly why: string;
}

/** What a description lets a customer say and this release does not take, or does not give back as it was sent. */
export const NOT_TAKEN: readonly NotTaken[] = [
  {
    group: 'ConnectedRegistries',
    path: /^properties\.parent\.id$/,
    why: 'answers name no parent where it is the registry itself: clients look for the id among connected registries',
  },
  { group: 'Registries', path: /^sku\.name$/, value: /Classic/, why: 'no registry of that SKU can be made any more' },
  {
    group: 'Registries',
    path: /^identity\..*(principal|tenant|client)Id$/,
    why: 'only the service says so; some descriptions do not mark it',
  },
  { group: 'Registries', path: /^identity\.type$/, value: /"None"/, why: 'answers leave out what is not there' },
  { group: 'Registries', path: /encryption\.status/, value: /"enabled"/, why: 'no key vault can be reached' },
  { group: 'Registries', path: /storageAccount/, why: 'there are none here' },
  { group: 'Tokens', path: /certificates/, why: 'nothing lets a token log in with a certificate' },
  { group: 'Tokens', path: /creationTime/, why: 'only the service says so; the description does not mark it' },
];

export function isAbout(row: NotTaken, group: string, path: string, value: unknown): boolean {
  return row.group === group && row.path.test(path) && (row.value?.test(JSON.stringify(value)) ?? true);
}

interface NotClosed {
  readonly operations: RegExp;
  readonly path: RegExp;
  readonly why: string;
}

/** Where a description has constraints that the service does not look at. */
export const NOT_CLOSED: readonly NotClosed[] = [
  {
    operations: /^Registries_/,
    path: /^identity\..*(principal|tenant|client)Id$/,
    why: 'only the service says so, whatever is sent; some descriptions do not mark it',
  },
  { operations: /CheckNameAvailability/, path: /^name$/, why: 'whether it can be a name is the answer, not an error' },
];
