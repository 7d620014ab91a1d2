import type { Permission, Role } from './role.js';

const ACR = 'Microsoft.ContainerRegistry/registries';
const REPOSITORIES = `${ACR}/repositories`;

const CONTRIBUTOR_MAY_NOT = [
  'Microsoft.Authorization/*/Delete',
  'Microsoft.Authorization/*/Write',
  'Microsoft.Authorization/elevateAccess/Action',
  'Microsoft.Blueprint/blueprintAssignments/write',
  'Microsoft.Blueprint/blueprintAssignments/delete',
  'Microsoft.Compute/galleries/share/action',
  'Microsoft.Purview/consents/write',
  'Microsoft.Purview/consents/delete',
  'Microsoft.Resources/deploymentStacks/manageDenySetting/action',
  'Microsoft.Subscription/cancel/action',
  'Microsoft.Subscription/enable/action',
];

function role(id: string, name: string, description: string, permission: Partial<Permission>): Role {
  const permissions = [{ actions: [], notActions: [], dataActions: [], notDataActions: [], ...permission }];
  return { id, name, description, permissions };
}

/** The roles that every tenant has, with the ids that Azure gave them. */
export const BUILT_IN_ROLES: readonly Role[] = [
  role('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', 'Manages everything, and who else may.', { actions: ['*'] }),
  role('b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', 'Manages everything, but not who else may.', {
    actions: ['*'],
    notActions: CONTRIBUTOR_MAY_NOT,
  }),
  role('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', 'Sees everything and changes nothing.', {
    actions: ['*/read'],
  }),
  role('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator', 'Sees everything, and says who may what.', {
    actions: ['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*'],
  }),
  role('7f951dda-4ed3-4680-a7ca-43fe172d538d', 'AcrPull', 'Pulls from registries.', { actions: [`${ACR}/pull/read`] }),
  role('8311e382-0749-4cb8-b61a-304f252e45ec', 'AcrPush', 'Pulls from registries and pushes to them.', {
    actions: [`${ACR}/pull/read`, `${ACR}/push/write`],
  }),
  role('c2f4ef07-c644-48eb-af81-4b1b4947fb11', 'AcrDelete', 'Deletes what registries hold.', {
    actions: [`${ACR}/artifacts/delete`],
  }),
  role('6cef56e8-d556-48e5-a04f-b8e64114680f', 'AcrImageSigner', 'Signs images for content trust.', {
    actions: [`${ACR}/sign/write`],
    dataActions: [`${ACR}/trustedCollections/write`],
  }),
  role('cdda3590-29a3-44f6-95f2-9f980659eb04', 'AcrQuarantineReader', 'Pulls what is in quarantine.', {
    actions: [`${ACR}/quarantine/read`],
    dataActions: [`${ACR}/quarantinedArtifacts/read`],
  }),
  role('c8d4ff99-41c3-41a8-9f60-21dfdad59608', 'AcrQuarantineWriter', 'Puts into quarantine and takes out of it.', {
    actions: [`${ACR}/quarantine/read`, `${ACR}/quarantine/write`],
    dataActions: [`${ACR}/quarantinedArtifacts/read`, `${ACR}/quarantinedArtifacts/write`],
  }),
  role(
    'b93aa761-3e63-49ed-ac28-beffa264f7ac',
    'Container Registry Repository Reader',
    'Reads repositories, but not the catalog.',
    { dataActions: [`${REPOSITORIES}/metadata/read`, `${REPOSITORIES}/content/read`] },
  ),
  role(
    '2a1e307c-b015-4ebd-883e-5b7698a07328',
    'Container Registry Repository Writer',
    'Reads and writes repositories, but does not see the catalog.',
    {
      dataActions: [
        `${REPOSITORIES}/metadata/read`,
        `${REPOSITORIES}/content/read`,
        `${REPOSITORIES}/metadata/write`,
        `${REPOSITORIES}/content/write`,
      ],
    },
  ),
  role(
    '2efddaa5-3f1f-4df3-97df-af3f13818f4c',
    'Container Registry Repository Contributor',
    'Reads, writes and deletes in repositories, but does not see the catalog.',
    {
      dataActions: [
        `${REPOSITORIES}/metadata/read`,
        `${REPOSITORIES}/content/read`,
        `${REPOSITORIES}/metadata/write`,
        `${REPOSITORIES}/content/write`,
        `${REPOSITORIES}/metadata/delete`,
        `${REPOSITORIES}/content/delete`,
      ],
    },
  ),
  role(
    'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7',
    'Container Registry Repository Catalog Lister',
    'Lists the repositories of registries.',
    { dataActions: [`${ACR}/catalog/read`] },
  ),
];

const byId: ReadonlyMap<string, Role> = new Map(BUILT_IN_ROLES.map((each) => [each.id, each]));

/** The built-in role of that id, in lower case. */
export function builtInRole(id: string): Role | undefined {
  return byId.get(id);
}

/** Undefined for what is no built-in role's name; names know no case. */
export function builtInRoleNamed(name: string): Role | undefined {
  return BUILT_IN_ROLES.find((each) => each.name.toLowerCase() === name.toLowerCase());
}
