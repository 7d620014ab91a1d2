/** Parameter by which an upload comes back to the region where it began. */
export const UPLOAD_REGION = 'region';

const UPLOAD = /\/blobs\/uploads\/[^/?]+(?:\?|$)/;

/** Where an upload goes on, such that it does so in that region; any other address as it is. */
export function inRegion(location: string, region: string | undefined): string {
  if (region === undefined || !UPLOAD.test(location)) return location;
  return `${location}${location.includes('?') ? '&' : '?'}${UPLOAD_REGION}=${region}`;
}

/** Raw headers, name and value by turns, of which `Location` leads back to the region. */
export function headersInRegion(rawHeaders: readonly string[], region: string | undefined): readonly string[] {
  if (region === undefined) return rawHeaders;
  return rawHeaders.map((text, index) =>
    index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'location' ? inRegion(text, region) : text,
  );
}
