import { getMetadataArgsStorage } from 'typeorm';

/** `lastModifiedAt` → `last_modified_at`; the naming of every column. */
export function columnNameOf(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The SQL fragments of one entity, derived from its decorators so that a column is named in one place. */
export interface Columns<R extends object> {
  /** `id, group_key as "groupKey", …` with an optional table alias. */
  select(alias?: string): string;
  /** `(id, group_key, …) values ($1, $2, …)` in the order of `values`. */
  readonly insert: string;
  /** `group_key = $2, …` for every column but the key, in the order of `values`. */
  readonly assignments: string;
  values(record: R): unknown[];
}

export function columnsOf<R extends object>(entity: new () => R): Columns<R> {
  const chain: unknown[] = [];
  for (
    let type: unknown = entity;
    typeof type === 'function' && type !== Function.prototype;
    type = Object.getPrototypeOf(type)
  )
    chain.push(type);
  const columns = getMetadataArgsStorage()
    .columns.filter(({ target }) => chain.includes(target))
    .map(({ propertyName, options }) => ({
      property: propertyName as keyof R & string,
      json: options.type === 'jsonb',
    }))
    .sort((one, other) => Number(other.property === 'id') - Number(one.property === 'id'));
  const names = columns.map(({ property }) => columnNameOf(property));
  return {
    select: (alias) =>
      columns.map(({ property }) => `${alias ? `${alias}.` : ''}${columnNameOf(property)} as "${property}"`).join(', '),
    insert: `(${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    assignments: names.flatMap((name, index) => (name === 'id' ? [] : [`${name} = $${index + 1}`])).join(', '),
    values: (record) =>
      columns.map(({ property, json }) => {
        const value = record[property];
        return json && value !== null && value !== undefined ? JSON.stringify(value) : value;
      }),
  };
}
