import { filledIn } from '../load/load.js';
import type { SentStatement } from './recorded-statements.js';

/** What the service sent and answered for one registry. */
export interface Recording {
  readonly number: number;
  /** The id of the registry that it was asked below, where it was. */
  readonly parentId?: string;
  readonly statements: readonly SentStatement[];
  readonly status: number;
  readonly body: string;
}

/**
 * One kind of request, as the floor answers it: `{n}` and `{g}` stand for the numbers of the registry and its group,
 * `{u0}`, `{u1}`, … for ids that the service draws for each request, `{id}` for the last one that it was answered.
 */
export interface FloorRoute {
  readonly statements: readonly SentStatement[];
  readonly status: number;
  readonly body: string;
}

/** What `{r}` is while a recording is made. */
export const RECORDED_RANDOM = 706_505_404;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What two recordings have in common, with placeholders where they differ by the registry. */
export function routeOf(one: Recording, other: Recording): FloorRoute {
  const [digits, group] = [filledIn('{n}', one.number), filledIn('g{g}', one.number)];
  const generalised = (text: string) =>
    text.replaceAll(digits, '{n}').replaceAll(group, 'g{g}').replaceAll(String(RECORDED_RANDOM), '{r}');
  const drawn: string[] = [];
  const placeholderOf = (id: string) => {
    if (!drawn.includes(id)) drawn.push(id);
    return `{u${drawn.indexOf(id)}}`;
  };
  const statements = one.statements.map(({ name, text, values }, index) => ({
    name,
    text,
    values: values.map((value, at) => {
      if (value === null) return null;
      if (value === one.parentId) return '{id}';
      const isDrawn = UUID.test(value) && value !== other.statements[index]?.values[at];
      return isDrawn ? placeholderOf(value) : generalised(value);
    }),
  }));
  return { statements, status: one.status, body: generalised(one.body) };
}
