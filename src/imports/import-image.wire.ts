import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsDefined,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';

const MODES = ['NoForce', 'Force'] as const;

const NAME = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
const REPOSITORY = `${NAME}(?:/${NAME})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';
const IS_REPOSITORY = new RegExp(`^${REPOSITORY}$`);
const IS_TAGGED = new RegExp(`^${REPOSITORY}(?::${TAG})?$`);
const IS_IMAGE = new RegExp(`^${REPOSITORY}(?::${TAG}|@sha256:[0-9a-f]{64})?$`);
const IS_REGISTRY =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerRegistry\/registries\/[a-zA-Z0-9]{5,50}$/i;
const IS_HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;

/** With what to log in to the registry that an image comes from. */
export class ImportSourceCredentialsWire {
  /** The user name; none for a refresh token or an access token. */
  @IsOptional()
  @IsString()
  readonly username?: string | null;

  /** The password or token. */
  @IsString()
  @IsNotEmpty()
  @ApiProperty({ writeOnly: true })
  readonly password: string;
}

/** Which image, and where it is. */
export class ImportSourceWire {
  /** Resource id of a registry of this service; or name one by `registryUri`. */
  @IsOptional()
  @Matches(IS_REGISTRY, { message: 'it must be the resource id of a registry' })
  @ApiProperty({ type: String })
  readonly resourceId?: string | null;

  /** The host of a registry, such as `mcr.microsoft.com`. */
  @IsOptional()
  @Matches(IS_HOST, {
    message: 'it must be a host name, such as mcr.microsoft.com, without https:// and without a path',
  })
  @ApiProperty({ type: String })
  readonly registryUri?: string | null;

  /** With what to log in to `registryUri`. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ImportSourceCredentialsWire)
  readonly credentials?: ImportSourceCredentialsWire | null;

  /** Such as `hello-world`, `hello-world:latest` or `hello-world@sha256:…`. */
  @Matches(IS_IMAGE, {
    message: 'it must be an image such as hello-world, hello-world:v1 or hello-world@sha256:<64 digits>',
  })
  readonly sourceImage: string;
}

/** What to copy from another registry. */
export class ImportImageParametersWire {
  /** Which image, and where it is. */
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ImportSourceWire)
  readonly source: ImportSourceWire;

  /** What it is to be called here: `repository` or `repository:tag`. */
  @IsOptional()
  @IsArray()
  @Matches(IS_TAGGED, { each: true, message: 'each must be repository or repository:tag' })
  @ApiProperty({ type: [String] })
  readonly targetTags?: string[] | null;

  /** Repositories that get the manifest without a tag. */
  @IsOptional()
  @IsArray()
  @Matches(IS_REPOSITORY, { each: true, message: 'each must be the name of a repository' })
  @ApiProperty({ type: [String] })
  readonly untaggedTargetRepositories?: string[] | null;

  /** Whether tags that are there already are overwritten. */
  @IsOptional()
  @IsIn(MODES)
  @ApiProperty({ enum: MODES, default: 'NoForce' })
  readonly mode?: (typeof MODES)[number] | null;
}
