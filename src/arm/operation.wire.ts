import { ApiProperty } from '@nestjs/swagger';

/** What ended an operation. */
export class OperationErrorWire {
  /** @example "ProvisioningFailed" */
  readonly code: string;

  readonly message: string;
}

/** How far an operation is. */
export class OperationStatusWire {
  @ApiProperty({ enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly status: string;

  /** What ended it; only when `Failed` or `Canceled`. */
  readonly error?: OperationErrorWire;
}
