/** Parameter by which an upload comes back to the region where it began. */
export const UPLOAD_REGION = 'region';

/** Whose engine serves a request; no region where the registry is in one engine alone. */
interface Served {
  readonly servedIn: string | undefined;
  /** Of that region, from 1. */
  readonly servedInZone: number;
}

const UPLOAD = /\/blobs\/uploads\/[^/?]+(?:\?|$)/;

/** By what an upload comes back to an engine: its region, and the zone unless that is the first. */
export function placeOf({ servedIn, servedInZone }: Served): string | undefined {
  return servedIn === undefined || servedInZone === 1 ? servedIn : `${servedIn}-${servedInZone}`;
}

/** Which region an answer comes from, and which of its zones unless that is the first. */
export function regionHeaders({ servedIn, servedInZone }: Served): Readonly<Record<string, string>> {
  if (servedIn === undefined) return {};
  return { 'x-berth-region': servedIn, ...(servedInZone === 1 ? {} : { 'x-berth-zone': String(servedInZone) }) };
}

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
