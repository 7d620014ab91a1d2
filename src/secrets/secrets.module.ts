import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { SecretBox } from './secret-box.js';

@Global()
@Module({
  providers: [
    {
      provide: SecretBox,
      inject: [Config],
      useFactory: ({ encryptionKey }: Config) => {
        if (!encryptionKey) throw new Error('The encryption key was not made before the application started.');
        return new SecretBox(encryptionKey);
      },
    },
  ],
  exports: [SecretBox],
})
export class SecretsModule {}
