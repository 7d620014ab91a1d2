/** Who sent a request, as the token said and the guard verified. */
export interface Caller {
  readonly tenantId: string;
  readonly objectId: string;
  /** URL of the issuer in the settings that vouches for the caller; absent: the local one does. */
  readonly issuer?: string;
  /** Groups that this other issuer says the caller is in; those of the local directory are looked up instead. */
  readonly groups?: readonly string[];
  /** The application's id when a service principal calls. */
  readonly appId?: string;
  /** What system data records as `createdBy`: the application id of a service principal, the name of a user. */
  readonly name: string;
  /** As system data says it. */
  readonly type: 'User' | 'Application' | 'ManagedIdentity' | 'Key';
}
