const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The id in lower case, or undefined when the text is none; what is not a UUID must not reach a `uuid` column. */
export function parseUuid(text: string | undefined): string | undefined {
  return text !== undefined && UUID.test(text) ? text.toLowerCase() : undefined;
}

/** Whether PostgreSQL reads `text` as a uuid. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
