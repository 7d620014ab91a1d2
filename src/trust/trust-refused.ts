/** What a notary server calls a fault of what was sent. */
export type TrustCode =
  | 'NO_FILENAME'
  | 'INVALID_ROLE'
  | 'MALFORMED_JSON'
  | 'MALFORMED_UPLOAD'
  | 'INVALID_UPDATE'
  | 'VERSION'
  | 'METADATA_NOT_FOUND';

/** What notary's clients call it: they know these names, and show people the reason that comes with them. */
export type TrustFault = 'ErrValidation' | 'ErrBadHierarchy' | 'ErrBadRoot' | 'ErrBadTargets' | 'ErrBadSnapshot';

/** Clients read the first kilobyte of an answer, in which the reason stands twice. */
const MAX_REASON = 300;

/** Trust data that is not taken, or is not there. */
export class TrustRefused extends Error {
  /** For people. */
  readonly reason: string;

  constructor(
    readonly code: TrustCode,
    reason: string,
    readonly fault: TrustFault = 'ErrValidation',
  ) {
    const shown = reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON)}…`;
    super(shown);
    this.reason = shown;
  }
}

/** An update that was read and is not to be. */
export function badUpdate(fault: TrustFault, reason: string): TrustRefused {
  return new TrustRefused('INVALID_UPDATE', reason, fault);
}
