import { issuerOf } from './issuer-urls.js';

/** What the answers are made of. */
export interface CloudFacts {
  /** `https://host:port` as the client wrote it. */
  readonly origin: string;
  /** With its leading dot. */
  readonly loginServerSuffix: string;
}

/**
 * The description of this cloud, by api-version, as `az` and other clients read it before they sign in. Members that name
 * services which Berth does not have are there because clients require them; they point at this host.
 */
export const METADATA_VERSIONS: ReadonlyMap<string, (facts: CloudFacts) => unknown> = new Map([
  ['2015-01-01', endpoints],
  ['2019-05-01', clouds],
]);

function authentication(origin: string): { loginEndpoint: string; audiences: string[] } {
  return { loginEndpoint: issuerOf(origin), audiences: [`${origin}/`] };
}

function endpoints({ origin }: CloudFacts): unknown {
  return {
    galleryEndpoint: `${origin}/gallery/`,
    graphEndpoint: `${origin}/graph/`,
    portalEndpoint: `${origin}/`,
    authentication: authentication(origin),
  };
}

function clouds({ origin, loginServerSuffix }: CloudFacts): unknown {
  const domain = loginServerSuffix.replace(/^\.[^.]+\.(?=.)/, '').replace(/^\./, '');
  return [
    {
      name: 'Berth',
      portal: `${origin}/`,
      authentication: authentication(origin),
      resourceManager: `${origin}/`,
      graphAudience: `${origin}/graph/`,
      graph: `${origin}/graph/`,
      microsoftGraphResourceId: `${origin}/graph/`,
      gallery: `${origin}/gallery/`,
      batch: `${origin}/batch/`,
      media: `${origin}/media/`,
      sqlManagement: `${origin}/sql/`,
      vmImageAliasDoc: `${origin}/aliases.json`,
      activeDirectoryDataLake: `${origin}/datalake/`,
      suffixes: {
        acrLoginServer: loginServerSuffix.slice(1),
        keyVaultDns: `vault.${domain}`,
        storage: domain,
        sqlServerHostname: `database.${domain}`,
        azureDataLakeStoreFileSystem: `datalake.${domain}`,
        azureDataLakeAnalyticsCatalogAndJob: `analytics.${domain}`,
      },
    },
  ];
}
