import type { Problem } from './arm-error.js';

export type Tags = Readonly<Record<string, string>>;

const MAX_TAGS = 50;
const MAX_NAME_CHARACTERS = 512;
const MAX_VALUE_CHARACTERS = 256;
const FORBIDDEN_IN_NAMES = /[<>%&\\?/]/;
/** Control characters and halves of characters, which JSON can carry and PostgreSQL cannot store. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/gu;

/**
 * Everything that is wrong with the tags of a resource or a group. ARM compares their names without regard to case, so
 * two that differ in nothing else are refused.
 */
export function tagProblems(tags: Tags): Problem[] {
  const entries = Object.entries(tags);
  const seen = new Map<string, string>();
  const problems = entries.flatMap(([name, value]) => {
    const earlier = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), earlier ?? name);
    const twin = earlier === undefined ? [] : [problem(name, `is the tag '${shown(earlier)}' in another casing`)];
    return [...nameProblems(name), ...valueProblems(name, value), ...twin];
  });
  if (entries.length <= MAX_TAGS) return problems;
  const message = `There are ${entries.length} tags; a resource can have ${MAX_TAGS} at most. Remove some.`;
  return [{ code: 'InvalidParameter', target: 'tags', message }, ...problems];
}

/** Reads the `tags` member of a body; left out or null means none. */
export function parseTags(value: unknown): { readonly tags: Tags } | { readonly problems: readonly Problem[] } {
  if (value === undefined || value === null) return { tags: {} };
  if (typeof value !== 'object' || Array.isArray(value))
    return {
      problems: [
        { code: 'InvalidParameter', target: 'tags', message: `'tags' must be an object of names and text values.` },
      ],
    };
  const notText = Object.entries(value).filter(([, text]) => typeof text !== 'string');
  if (notText.length > 0) return { problems: notText.map(([name]) => problem(name, 'has a value that is not text')) };
  const problems = tagProblems(value as Tags);
  return problems.length > 0 ? { problems } : { tags: value as Tags };
}

function nameProblems(name: string): Problem[] {
  return [
    ...(name === '' ? [problem(name, 'has an empty name')] : []),
    ...(name.length > MAX_NAME_CHARACTERS
      ? [problem(name, `has a name of ${name.length} characters; ${MAX_NAME_CHARACTERS} are the most`)]
      : []),
    ...(FORBIDDEN_IN_NAMES.test(name) ? [problem(name, 'has one of < > % & \\ ? / in its name')] : []),
    ...(isPlain(name) ? [] : [problem(name, 'has a control character or half a character in its name')]),
  ];
}

function valueProblems(name: string, value: string): Problem[] {
  return [
    ...(value.length > MAX_VALUE_CHARACTERS
      ? [problem(name, `has a value of ${value.length} characters; ${MAX_VALUE_CHARACTERS} are the most`)]
      : []),
    ...(isPlain(value) ? [] : [problem(name, 'has a control character or half a character in its value')]),
  ];
}

function isPlain(text: string): boolean {
  return text.search(UNSTORABLE) < 0;
}

function problem(name: string, what: string): Problem {
  return { code: 'InvalidParameter', target: `tags.${shown(name)}`, message: `The tag '${shown(name)}' ${what}.` };
}

/** A name short and clean enough for a message. */
function shown(name: string): string {
  const short = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return short.replace(UNSTORABLE, '\uFFFD');
}
