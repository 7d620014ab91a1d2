import { HttpCode, Post } from '@nestjs/common';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described } from '../subscriptions/openapi.js';
import { ResourceManagerController } from '../subscriptions/resource-manager.js';
import { MoveBody } from './move.wire.js';
import { Moves } from './moves.js';

/** Moves of resources between groups and subscriptions. */
@ResourceManagerController('subscriptions/:subscriptionId/resourceGroups/:resourceGroupName', 'Resources')
export class MovesController {
  constructor(private readonly moves: Moves) {}

  /** Moves resources of a group, with all that lies below them, into another group of the same tenant: all or none. */
  @Post('moveResources')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/moveResources/action')
  @HttpCode(202)
  @Described(
    'Resources_MoveResources',
    { 202: 'They are being moved; ask at `Location` whether it is over.' },
    MoveBody,
  )
  move(@Arm() request: ArmRequest): Promise<void> {
    return this.moves.start(request, { isRehearsal: false });
  }

  /** Whether resources of a group could be moved into another one; moves nothing. */
  @Post('validateMoveResources')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/validateMoveResources/action')
  @HttpCode(202)
  @Described(
    'Resources_ValidateMoveResources',
    { 202: 'The check is under way; `Location` answers 204 when nothing stands in the way.' },
    MoveBody,
  )
  validate(@Arm() request: ArmRequest): Promise<void> {
    return this.moves.start(request, { isRehearsal: true });
  }
}
