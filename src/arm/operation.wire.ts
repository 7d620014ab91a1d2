import { ApiProperty } from '@nestjs/swagger';

/** What ended an operation. */
export class OperationErrorWire {
  /** @example "ProvisioningFailed" */
  readonly code: string;

  readonly message: string;
}

/** How far an operation is. */
export class OperationStatusWire {
  @ApiProperty({ enum: ['Creating', 'Updating', 'Deleting', 'Importing', 'Succeeded', 'Failed', 'Canceled'] })
  readonly status: string;

  /** How much of it is done, while that is known. */
  readonly percentComplete?: number;

  /** What ended it; only when `Failed` or `Canceled`. */
  readonly error?: OperationErrorWire;
}
