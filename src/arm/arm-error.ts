/**
 * Every error code that a client of the control plane can see, with its HTTP status and what it tells.
 * `docs/errors.md` is checked against this table.
 */
export const ARM_ERRORS = {
  AuthenticationFailed: { status: 401, meaning: 'No bearer token came with the request.' },
  InvalidAuthenticationToken: {
    status: 401,
    meaning: 'The bearer token is malformed or not signed by a known issuer.',
  },
  InvalidAuthenticationTokenAudience: {
    status: 401,
    meaning:
      'The bearer token was issued for another service; ask for one for `https://management.azure.com` or this service.',
  },
  InvalidAuthenticationTokenTenant: {
    status: 401,
    meaning: 'The bearer token is of another tenant than the subscription; sign in to that tenant.',
  },
  ExpiredAuthenticationToken: { status: 401, meaning: 'The bearer token has expired; ask for a new one.' },
  AuthorizationFailed: { status: 403, meaning: 'The caller may not perform this action on this scope.' },
  LinkedAuthorizationFailed: {
    status: 403,
    meaning: 'The caller may not use another resource that the request names, or there is none.',
  },

  InvalidRoleAssignmentId: { status: 400, meaning: 'The name of a role assignment in the URL is not a GUID.' },
  InvalidRoleDefinitionId: {
    status: 400,
    meaning: 'The id of a role is not a GUID, or not the resource id of a role.',
  },
  PrincipalNotFound: {
    status: 400,
    meaning:
      'No user, service principal or group of the tenant has this object id; `docs/authorization.md` has the exception.',
  },
  RoleAssignmentExists: { status: 409, meaning: 'The principal has the role at this very scope already.' },
  RoleAssignmentNotFound: { status: 404, meaning: 'There is no role assignment of this name at the scope.' },
  RoleAssignmentUpdateNotPermitted: {
    status: 400,
    meaning: 'The name is that of an assignment with another scope, role or principal; take another name.',
  },
  RoleDefinitionDoesNotExist: { status: 404, meaning: 'There is no such role, or not at this scope.' },
  RoleDefinitionHasAssignments: { status: 400, meaning: 'Somebody has the role; delete its assignments first.' },
  RoleDefinitionIsBuiltIn: { status: 400, meaning: 'Built-in roles cannot be changed or deleted; make another role.' },
  RoleDefinitionWithSameNameExists: { status: 409, meaning: 'Another custom role of the tenant has the name.' },
  UnmatchedPrincipalType: { status: 400, meaning: 'The principal is of another type than the request says.' },

  MissingApiVersionParameter: { status: 400, meaning: 'The query parameter `api-version` is missing.' },
  InvalidApiVersionParameter: { status: 400, meaning: 'The query parameter `api-version` names no supported version.' },
  NoRegisteredProviderFound: { status: 400, meaning: 'The resource type is not served in this api-version.' },
  InvalidRequestContent: {
    status: 400,
    meaning: 'The body is not JSON, or not of the shape that the operation takes.',
  },
  RequestTimeout: {
    status: 408,
    meaning: 'The body did not arrive in time. Nothing was done; send the request again.',
  },
  RequestEntityTooLarge: { status: 413, meaning: 'The body is larger than 4 MB.' },
  UnsupportedMediaType: { status: 415, meaning: 'The body is not of a media type that the operation takes.' },
  InvalidParameters: {
    status: 400,
    meaning: 'An image could not be imported; the message has the reason of the registry that it was to come from.',
  },
  InvalidParameter: { status: 400, meaning: 'One value of the request is not allowed; `target` names it.' },
  MultipleErrorsOccurred: {
    status: 400,
    meaning: 'Several values of the request are not allowed; `details` lists them.',
  },
  InvalidResourceName: { status: 400, meaning: 'The name in the URL breaks the naming rule of its type.' },
  InvalidResourceGroup: { status: 400, meaning: 'The name of the resource group breaks the naming rule.' },
  InvalidResourceGroupLocation: { status: 409, meaning: 'A resource group cannot move to another location.' },
  LocationNotAvailableForResourceGroup: {
    status: 400,
    meaning: 'The `location` of the group is not one of this service.',
  },
  InvalidSubscriptionId: { status: 400, meaning: 'The subscription id in the URL is not a UUID.' },
  InvalidSkipToken: { status: 400, meaning: '`$skipToken` was not made by this service; follow `nextLink` unchanged.' },
  InvalidFilter: { status: 400, meaning: '`$filter` is not an expression that this list understands.' },
  LocationRequired: { status: 400, meaning: 'A tracked resource needs a `location`.' },
  LocationNotAvailableForResourceType: { status: 400, meaning: 'The `location` is not one of this service.' },
  InvalidResourceLocation: { status: 409, meaning: 'A resource stays in its location; create another there.' },
  PropertyChangeNotAllowed: {
    status: 409,
    meaning:
      'A property that is fixed at creation was changed; `target` names it. Create the resource anew to change it.',
  },
  FeatureNotSupported: { status: 400, meaning: 'The setting asks for something that this release does not do.' },
  SkuNotSupported: {
    status: 400,
    meaning: 'The SKU does not have the feature; the message names the SKU that has it.',
  },
  BadRequest: { status: 400, meaning: 'The SKU does not have the feature; the message names the SKU that has it.' },
  DisablingPublicNetworkAccessNotSupported: { status: 400, meaning: 'Disabling public network access needs Premium.' },
  NetworkRuleNotSupported: { status: 400, meaning: 'Network rules need Premium.' },
  QuotaExceeded: {
    status: 409,
    meaning:
      'The count of something would pass the limit of the SKU or of this service; delete some, or take a larger SKU.',
  },
  SkuDowngradeNotAllowed: {
    status: 409,
    meaning: 'The registry uses more than the smaller SKU allows; `details` lists it all.',
  },

  SubscriptionNotFound: { status: 404, meaning: 'There is no such subscription.' },
  ReadOnlyDisabledSubscription: {
    status: 409,
    meaning:
      'The state of the subscription does not let this kind of request pass; `docs/subscriptions.md` says which do.',
  },
  ResourceGroupNotFound: { status: 404, meaning: 'There is no such resource group in the subscription.' },
  ResourceGroupBeingDeleted: {
    status: 409,
    meaning: 'The resource group is being deleted and takes no new resources.',
  },
  ResourceGroupDeletionTimeout: {
    status: 409,
    meaning: 'Something in the resource group could not be deleted for an hour; the group is kept.',
  },
  ParentResourceNotFound: {
    status: 404,
    meaning: 'There is no such resource above the one in the URL; create it first.',
  },
  ResourceNotFound: { status: 404, meaning: 'There is no such resource.' },
  InvalidResourceType: { status: 404, meaning: 'No route or resource type of this service answers at the URL.' },
  InvalidResourceNamespace: { status: 404, meaning: 'There is no such resource provider.' },
  ScopeLocked: {
    status: 409,
    meaning:
      'Management locks on the scopes that the message names do not allow the request; remove those locks first.',
  },
  TagNotFound: {
    status: 404,
    meaning: 'The subscription has no such tag name of its own; create it before its values.',
  },
  TagInUse: {
    status: 409,
    meaning: 'Something still has the tag that is to be removed from the list; take the tag off it first.',
  },
  LockNotFound: { status: 404, meaning: 'There is no lock of this name at the scope.' },
  OperationNotFound: {
    status: 404,
    meaning: 'The tenant of the caller has no such operation, or it ended more than seven days ago.',
  },
  PreconditionFailed: {
    status: 412,
    meaning: 'The resource is not as `If-Match` or `If-None-Match` demands; get it again before changing it.',
  },
  OperationInProgress: {
    status: 409,
    meaning: 'Another operation on the resource has not ended yet; wait for the one that the message names.',
  },
  MissingSubscriptionRegistration: {
    status: 409,
    meaning: 'The subscription is not registered for the resource provider; register it first.',
  },
  ResourceMoveNotSupported: {
    status: 400,
    meaning: 'Resources of this type cannot be moved; leave them out, those below a registry go with it.',
  },
  MoveCannotProceedWithResourcesNotInSucceededState: {
    status: 409,
    meaning: 'A resource that was to be moved is busy or has failed; the message names it. Wait, or PUT it again.',
  },
  ResourceMoveProviderValidationFailed: {
    status: 409,
    meaning: 'The resource provider does not let a resource move now; the message says why.',
  },
  RegistryNameAlreadyInUse: {
    status: 409,
    meaning: 'The registry name is taken; names are unique across all subscriptions.',
  },
  SystemScopeMapReadOnly: {
    status: 400,
    meaning: 'The scope map is one of the system and cannot be changed or deleted.',
  },
  CredentialSetInUse: {
    status: 409,
    meaning: 'Cache rules use the credential set; the message names them. Delete them, or give them another.',
  },
  TargetRepositoryInUse: {
    status: 409,
    meaning: 'Another cache rule of the registry is for the same target repository, or for all below it.',
  },
  ScopeMapInUse: { status: 409, meaning: 'Tokens go by the scope map; delete them first, or give them another.' },
  TokenInUse: { status: 409, meaning: 'Connected registries name the token; the message names them.' },
  ConnectedRegistryInUse: {
    status: 409,
    meaning: 'The connected registry is the parent of others; the message names them.',
  },
  UnAuthorizedForCredentialOperations: {
    status: 400,
    meaning: 'The admin user of the registry is disabled; set `adminUserEnabled` first.',
  },

  SubscriptionRequestsThrottled: {
    status: 429,
    meaning: 'The caller has sent too many requests to the subscription; `Retry-After` says when to go on.',
  },
  TenantRequestsThrottled: {
    status: 429,
    meaning: 'The caller has sent too many requests outside of subscriptions; `Retry-After` says when to go on.',
  },

  ProvisioningFailed: { status: 500, meaning: 'The operation was tried as often as it may be and did not succeed.' },
  Conflict: { status: 409, meaning: 'A tag that is to be imported is there already, and is not to be moved.' },
  OperationCanceled: { status: 409, meaning: 'The operation was overtaken by the deletion of its resource.' },
  InternalServerError: { status: 500, meaning: 'The service failed; its log has the details under the request id.' },
  ServerTimeout: {
    status: 503,
    meaning: 'The service cannot answer now, for example because the database is away; try again.',
  },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ArmErrorCode = keyof typeof ARM_ERRORS;

/** One thing that is wrong with a request. `target` is the caller's own path to it, such as `properties.policies`. */
export interface Problem {
  readonly code: ArmErrorCode;
  readonly message: string;
  readonly target?: string;
}

interface Extras {
  readonly target?: string | undefined;
  readonly details?: readonly Problem[] | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The only error that speaks to clients of the control plane. Everything else answers `InternalServerError`. */
export class ArmError extends Error {
  readonly target: string | undefined;
  readonly details: readonly Problem[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ArmErrorCode,
    message: string,
    extras: Extras = {},
  ) {
    super(message);
    this.target = extras.target;
    this.details = extras.details;
    this.headers = extras.headers ?? {};
  }

  /** What ended an operation, told again by a poll of its result. */
  static ofOperation({ code, message }: { readonly code: string; readonly message: string }): ArmError {
    return new ArmError(code in ARM_ERRORS ? (code as ArmErrorCode) : 'ProvisioningFailed', message);
  }

  get status(): number {
    return ARM_ERRORS[this.code].status;
  }

  /** The envelope that ARM prescribes. */
  toBody(): { error: { code: string; message: string; target?: string; details?: readonly Problem[] } } {
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(this.target === undefined ? {} : { target: this.target }),
        ...(this.details === undefined ? {} : { details: this.details }),
      },
    };
  }
}

/** Throws all problems at once: a single one as itself, several as the `details` of one error. */
export function throwIfAny(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  if (others.length === 0) throw new ArmError(first.code, first.message, { target: first.target });
  const isOneKind = others.every(({ code }) => code === first.code);
  const message = `${problems.length} problems: ${problems.map((problem) => problem.message).join(' ')}`;
  throw new ArmError(isOneKind ? first.code : 'MultipleErrorsOccurred', message, { details: problems });
}
