import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Secret } from './secret.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts what must be kept and given back (AES-256-GCM: nonce, tag, ciphertext). What is only checked is hashed instead. */
export class SecretBox {
  constructor(private readonly key: Buffer) {}

  seal(secret: Secret): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws when `sealed` was made with another key or was changed. */
  open(sealed: Buffer): Secret {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return new Secret(Buffer.concat(opened).toString('utf8'));
  }
}
