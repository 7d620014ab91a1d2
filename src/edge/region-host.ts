/** What the host of a region's endpoint names. */
export interface RegionHost {
  /** Lower-case name of the registry, which need not exist. */
  readonly key: string;
  readonly region: string;
}

const REGION_HOST = /^([a-z0-9]{5,50})\.([a-z0-9]+)\.geo(\.[a-z0-9.-]+?)(?::\d{1,5})?$/;

/** Reads `<name>.<region>.geo<suffix>`, with or without a port; undefined for every other host. */
export function regionHostOf(host: string | undefined, suffix: string): RegionHost | undefined {
  const [, key, region, domain] = REGION_HOST.exec(host?.toLowerCase() ?? '') ?? [];
  return key === undefined || region === undefined || domain !== suffix ? undefined : { key, region };
}
