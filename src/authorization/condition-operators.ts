/** Whether two values compare as the operator says. */
export type Compare = (left: string, right: string) => boolean;

const equals: Compare = (left, right) => left === right;
const startsWith: Compare = (left, right) => left.startsWith(right);

/** The operators that are judged, by their names in lower case. */
const JUDGED: ReadonlyMap<string, Compare> = new Map([
  ...variantsOf('Equals', equals),
  ...variantsOf('StartsWith', startsWith),
  ...variantsOf('Like', isLike),
  ['guidequals', ignoringCase(equals)],
  ['guidnotequals', not(ignoringCase(equals))],
]);

const NUMBERS = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];

/** Known, and never judged: no attribute of a registry is a number, a time, an address or true or false. */
const NOT_JUDGED: ReadonlySet<string> = new Set(
  [
    ...NUMBERS.flatMap((name) => [`Numeric${name}`, `DateTime${name}`]),
    'BoolEquals',
    'BoolNotEquals',
    'IpMatch',
    'IpNotMatch',
    'IpInRange',
    'TimeOfDayInRange',
  ].map((name) => name.toLowerCase()),
);

export function isOperator(name: string): boolean {
  return JUDGED.has(name.toLowerCase()) || NOT_JUDGED.has(name.toLowerCase());
}

/** How the operator compares; undefined when it cannot be judged. */
export function compareOf(operator: string): Compare | undefined {
  return JUDGED.get(operator.toLowerCase());
}

/** In which of the pairs a comparison must hold, of values on the left and on the right. */
const QUANTIFIERS: ReadonlyMap<string, (lefts: readonly string[], rights: readonly string[], is: Compare) => boolean> =
  new Map([
    ['foranyofanyvalues', (lefts, rights, is) => lefts.some((left) => rights.some((right) => is(left, right)))],
    ['forallofanyvalues', (lefts, rights, is) => lefts.every((left) => rights.some((right) => is(left, right)))],
    ['foranyofallvalues', (lefts, rights, is) => lefts.some((left) => rights.every((right) => is(left, right)))],
    ['forallofallvalues', (lefts, rights, is) => lefts.every((left) => rights.every((right) => is(left, right)))],
  ]);

export function isQuantifier(name: string): boolean {
  return QUANTIFIERS.has(name.toLowerCase());
}

/** Whether the comparison holds for as many of the pairs as the quantifier asks for. */
export function holdsFor(
  quantifier: string,
  lefts: readonly string[],
  rights: readonly string[],
  is: Compare,
): boolean {
  return QUANTIFIERS.get(quantifier.toLowerCase())?.(lefts, rights, is) ?? false;
}

/**
 * Whether the text is as the pattern: `*` is any characters, `?` is one, and a backslash takes their meaning. Takes time
 * in proportion to the product of the lengths at the most, whatever the pattern: they are written by customers.
 */
export function isLike(text: string, pattern: string): boolean {
  const parts = partsOf(pattern);
  let [at, part, star, resumeAt] = [0, 0, -1, 0];
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === '*') [star, resumeAt, part] = [part, at, part + 1];
    else if (wanted === '?' || wanted === `=${text[at]}`) [at, part] = [at + 1, part + 1];
    else if (star >= 0) [part, at, resumeAt] = [star + 1, resumeAt + 1, resumeAt + 1];
    else return false;
  }
  return parts.slice(part).every((wanted) => wanted === '*');
}

/** Characters that stand for themselves have `=` before them. */
function partsOf(pattern: string): readonly string[] {
  return (pattern.match(/\\[*?\\]|[\s\S]/g) ?? []).map((part) => {
    if (part === '*' || part === '?') return part;
    return `=${part.length > 1 ? part.slice(1) : part}`;
  });
}

function variantsOf(name: string, compare: Compare): readonly (readonly [string, Compare])[] {
  const lower = name.toLowerCase();
  return [
    [`string${lower}`, compare],
    [`stringnot${lower}`, not(compare)],
    [`string${lower}ignorecase`, ignoringCase(compare)],
    [`stringnot${lower}ignorecase`, not(ignoringCase(compare))],
  ];
}

function not(compare: Compare): Compare {
  return (left, right) => !compare(left, right);
}

function ignoringCase(compare: Compare): Compare {
  return (left, right) => compare(left.toLowerCase(), right.toLowerCase());
}
