import { ArrayMaxSize, ArrayMinSize, IsArray, IsNotEmpty, IsString } from 'class-validator';

/** The most resources of one move. */
export const MAX_RESOURCES = 800;

/** Which resources go where. */
export class MoveBody {
  /** The ids of the resources, all of the group in the URL; what lies below them goes with them. */
  @IsArray()
  @IsString({ each: true })
  @ArrayMinSize(1, { message: 'it must name at least one resource' })
  @ArrayMaxSize(MAX_RESOURCES, { message: `it can name ${MAX_RESOURCES} resources at most` })
  readonly resources: string[];

  /**
   * The id of a resource group of the same tenant, in this or another subscription.
   * @example "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/other"
   */
  @IsNotEmpty({ message: 'it must be the id of a resource group' })
  @IsString()
  readonly targetResourceGroup: string;
}
