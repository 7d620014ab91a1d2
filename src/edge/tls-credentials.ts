/** The certificate with which everything that speaks HTTPS answers, and its key; both PEM. Abstract: its own injection token. */
export abstract class TlsCredentials {
  abstract readonly key: string | Buffer;
  /** The certificate, followed by those between it and the authority. */
  abstract readonly cert: string | Buffer;
}
