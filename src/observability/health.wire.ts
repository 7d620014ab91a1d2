import { ApiProperty } from '@nestjs/swagger';

/** That the process runs. */
export class LivenessWire {
  @ApiProperty({ enum: ['alive'] })
  readonly status: 'alive';
}

/** Each check is `ok`, or a sentence that says what is wrong. */
export class ReadinessChecksWire {
  /** Whether the database answers. */
  readonly database: string;

  /** Whether the database has the newest schema. */
  readonly migrations: string;

  /** Whether new work wakes the workers. */
  readonly notifications: string;
}

/** Whether the process can do its work. */
export class ReadinessWire {
  @ApiProperty({ enum: ['ready', 'not ready'] })
  readonly status: 'ready' | 'not ready';

  readonly checks: ReadinessChecksWire;
}
