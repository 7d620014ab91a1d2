/** A repository of another registry. */
export interface UpstreamPlace {
  /** Where it answers, with its port where that is not the usual one. */
  readonly host: string;
  readonly repository: string;
}

/** Names under which people know Docker Hub. */
const DOCKER_HUB: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
const DOCKER_HUB_API = 'registry-1.docker.io';

/** The repository as its registry is asked for it: `ubuntu` of `docker.io` is `library/ubuntu` of `registry-1.docker.io`. */
export function upstreamPlace(host: string, repository: string): UpstreamPlace {
  const known = host.toLowerCase();
  if (!DOCKER_HUB.includes(known)) return { host: known, repository };
  return { host: DOCKER_HUB_API, repository: repository.includes('/') ? repository : `library/${repository}` };
}
