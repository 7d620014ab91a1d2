import type { Problem } from '../arm/arm-error.js';
import { isUpstreamHost } from '../credential-sets/upstream-host.js';

/** The longest name of a repository, as the registries of this service take it. */
const MAX_REPOSITORY_LENGTH = 255;
const PART = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
/** One repository, or all below a prefix, or all. */
const REPOSITORIES = new RegExp(String.raw`^(?:\*|${PART}(?:/${PART})*(?:/\*)?)$`);

/** Everything that is wrong with what a cache rule maps: `docker.io/library/*` to `hub/*`, or one repository to another. */
export function mappingProblems(source: string, target: string): Problem[] {
  const problems = [...sourceProblems(source), ...targetProblems(target)];
  if (problems.length > 0 || isWildcard(source) === isWildcard(target)) return problems;
  return [
    targetProblem(`'${target}' and the source '${source}' have to end with '*' both, or neither of them may do so.`),
  ];
}

function sourceProblems(source: string): Problem[] {
  const [host = '', ...path] = source.split('/');
  if (isUpstreamHost(host) && isRepositories(path.join('/'))) return [];
  const message = `'${source}' is not a repository of another registry, such as docker.io/library/ubuntu or docker.io/library/*.`;
  return [{ code: 'InvalidParameter', target: 'properties.sourceRepository', message }];
}

function targetProblems(target: string): Problem[] {
  if (isRepositories(target)) return [];
  return [targetProblem(`'${target}' is not a repository, such as hub/ubuntu, or hub/* for all below a prefix.`)];
}

function targetProblem(message: string): Problem {
  return { code: 'InvalidParameter', target: 'properties.targetRepository', message };
}

function isRepositories(text: string): boolean {
  return text.length <= MAX_REPOSITORY_LENGTH && REPOSITORIES.test(text);
}

function isWildcard(path: string): boolean {
  return path.endsWith('*');
}
