const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether PostgreSQL reads `text` as a uuid; lower case, as resource ids keep it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
