import { ApiProperty } from '@nestjs/swagger';

/** What the signatures of a webhook's messages are made with. */
export class SignatureSecretWire {
  /** The key of the HMAC, as it is: text, not base64. */
  readonly secret: string;

  /** Messages are signed with this one too, while it is good. */
  readonly previousSecret?: string;

  @ApiProperty({ format: 'date-time' })
  readonly previousSecretValidUntil?: string;
}
