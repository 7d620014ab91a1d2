/** A part of a form that is a file. */
export interface FormFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Of one part. */
const MAX_HEADER_BYTES = 4_096;
const CRLF = '\r\n';
const BOUNDARY = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))/i;
const FILE_NAME = /^content-disposition:.*?;\s*filename="((?:[^"\\]|\\.)*)"/im;

/**
 * The files of a form, each with an empty name when it has none; undefined when the body is no such form.
 * @param most after so many, one more is read, and nothing that follows.
 */
export function filesIn(contentType: string | undefined, body: Buffer, most: number): readonly FormFile[] | undefined {
  const [, quoted, plain] = BOUNDARY.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  // The first one need not have a line before it.
  const text = Buffer.concat([Buffer.from(CRLF), body]);
  const delimiter = Buffer.from(`${CRLF}--${boundary}`);
  const files: FormFile[] = [];
  let at = text.indexOf(delimiter);
  while (at >= 0) {
    if (files.length > most) return files;
    const begin = at + delimiter.length;
    if (text.subarray(begin, begin + 2).toString('latin1') === '--') return files;
    const end = text.indexOf(delimiter, begin);
    const headersEnd = text.indexOf(`${CRLF}${CRLF}`, begin);
    if (end < 0 || headersEnd < 0 || headersEnd > end || headersEnd - begin > MAX_HEADER_BYTES) return undefined;
    const name = FILE_NAME.exec(text.subarray(begin, headersEnd).toString('utf8'))?.[1] ?? '';
    files.push({ name: name.replaceAll(/\\(.)/g, '$1'), bytes: text.subarray(headersEnd + 4, end) });
    at = end;
  }
  return undefined;
}
