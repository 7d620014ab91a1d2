import type { Problem } from '../arm/arm-error.js';
import type { ImportTarget } from './image-import.entity.js';
import type { ImportImageParametersWire } from './import-image.wire.js';

/** As login servers take them. */
const MAX_REPOSITORY_LENGTH = 245;
const MAX_TARGETS = 50;
const DEFAULT_TAG = 'latest';

/** An image as its source names it. */
export interface NamedImage {
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
  /** Undefined where a digest was named. */
  readonly tag: string | undefined;
}

/** Reads `hello-world`, `hello-world:v1` or `hello-world@sha256:…`. */
export function namedImage(text: string): NamedImage {
  const [repository = '', digest] = text.split('@', 2);
  if (digest !== undefined) return { repository, reference: digest, tag: undefined };
  const [name = '', tag = DEFAULT_TAG] = text.split(':', 2);
  return { repository: name, reference: tag, tag };
}

/** Each once. Where none was named, the image keeps the name that it has at its source. */
export function targetsOf({
  source,
  targetTags,
  untaggedTargetRepositories,
}: ImportImageParametersWire): readonly ImportTarget[] {
  const image = namedImage(source.sourceImage);
  const tagged = (targetTags ?? []).map((target) => {
    const [repository = '', tag = image.tag ?? DEFAULT_TAG] = target.split(':', 2);
    return { repository, tag };
  });
  const untagged = (untaggedTargetRepositories ?? []).map((repository) => ({ repository, tag: null }));
  const named = [...tagged, ...untagged];
  const targets = named.length > 0 ? named : [{ repository: image.repository, tag: image.tag ?? null }];
  const byName = new Map(targets.map((target) => [`${target.repository}:${target.tag ?? ''}`, target]));
  return [...byName.values()];
}

/** What no member can say alone. No message repeats a value, since one of them is a password. */
export function problemsOf(body: ImportImageParametersWire): Problem[] {
  const { resourceId, registryUri, credentials, sourceImage } = body.source;
  const isNamed = Boolean(resourceId) !== Boolean(registryUri);
  const targets = targetsOf(body);
  const isNamedLike = targets.some(({ repository }) => repository.length > MAX_REPOSITORY_LENGTH);
  return [
    ...when(!isNamed, 'source', "'source': name the registry by 'resourceId' or by 'registryUri', one of the two."),
    ...when(
      Boolean(credentials) && !registryUri,
      'source.credentials',
      "'source.credentials': they are for a registry that 'registryUri' names.",
    ),
    ...when(
      namedImage(sourceImage).repository.length > MAX_REPOSITORY_LENGTH && !isNamedLike,
      'source.sourceImage',
      `'source.sourceImage': the repository has more than ${MAX_REPOSITORY_LENGTH} characters.`,
    ),
    ...when(
      isNamedLike,
      'targetTags',
      `'targetTags': no repository, of 'untaggedTargetRepositories' either, has more than ${MAX_REPOSITORY_LENGTH} characters.`,
    ),
    ...when(
      targets.length > MAX_TARGETS,
      'targetTags',
      `'targetTags': with 'untaggedTargetRepositories' there are ${targets.length} targets; ${MAX_TARGETS} at most are imported at once.`,
    ),
  ];
}

function when(isWrong: boolean, target: string, message: string): Problem[] {
  return isWrong ? [{ code: 'InvalidParameter', target, message }] : [];
}
