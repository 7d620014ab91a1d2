interface Region {
  readonly displayName: string;
  readonly geographyGroup: string;
}

/** What Azure calls its regions. */
const REGIONS: Readonly<Record<string, Region>> = {
  australiaeast: { displayName: 'Australia East', geographyGroup: 'Asia Pacific' },
  australiasoutheast: { displayName: 'Australia Southeast', geographyGroup: 'Asia Pacific' },
  brazilsouth: { displayName: 'Brazil South', geographyGroup: 'South America' },
  canadacentral: { displayName: 'Canada Central', geographyGroup: 'Canada' },
  canadaeast: { displayName: 'Canada East', geographyGroup: 'Canada' },
  centralindia: { displayName: 'Central India', geographyGroup: 'Asia Pacific' },
  centralus: { displayName: 'Central US', geographyGroup: 'US' },
  eastasia: { displayName: 'East Asia', geographyGroup: 'Asia Pacific' },
  eastus: { displayName: 'East US', geographyGroup: 'US' },
  eastus2: { displayName: 'East US 2', geographyGroup: 'US' },
  francecentral: { displayName: 'France Central', geographyGroup: 'Europe' },
  germanywestcentral: { displayName: 'Germany West Central', geographyGroup: 'Europe' },
  israelcentral: { displayName: 'Israel Central', geographyGroup: 'Middle East' },
  italynorth: { displayName: 'Italy North', geographyGroup: 'Europe' },
  japaneast: { displayName: 'Japan East', geographyGroup: 'Asia Pacific' },
  japanwest: { displayName: 'Japan West', geographyGroup: 'Asia Pacific' },
  koreacentral: { displayName: 'Korea Central', geographyGroup: 'Asia Pacific' },
  northcentralus: { displayName: 'North Central US', geographyGroup: 'US' },
  northeurope: { displayName: 'North Europe', geographyGroup: 'Europe' },
  norwayeast: { displayName: 'Norway East', geographyGroup: 'Europe' },
  polandcentral: { displayName: 'Poland Central', geographyGroup: 'Europe' },
  qatarcentral: { displayName: 'Qatar Central', geographyGroup: 'Middle East' },
  southafricanorth: { displayName: 'South Africa North', geographyGroup: 'Africa' },
  southcentralus: { displayName: 'South Central US', geographyGroup: 'US' },
  southeastasia: { displayName: 'Southeast Asia', geographyGroup: 'Asia Pacific' },
  southindia: { displayName: 'South India', geographyGroup: 'Asia Pacific' },
  spaincentral: { displayName: 'Spain Central', geographyGroup: 'Europe' },
  swedencentral: { displayName: 'Sweden Central', geographyGroup: 'Europe' },
  switzerlandnorth: { displayName: 'Switzerland North', geographyGroup: 'Europe' },
  uaenorth: { displayName: 'UAE North', geographyGroup: 'Middle East' },
  uksouth: { displayName: 'UK South', geographyGroup: 'Europe' },
  ukwest: { displayName: 'UK West', geographyGroup: 'Europe' },
  westcentralus: { displayName: 'West Central US', geographyGroup: 'US' },
  westeurope: { displayName: 'West Europe', geographyGroup: 'Europe' },
  westindia: { displayName: 'West India', geographyGroup: 'Asia Pacific' },
  westus: { displayName: 'West US', geographyGroup: 'US' },
  westus2: { displayName: 'West US 2', geographyGroup: 'US' },
  westus3: { displayName: 'West US 3', geographyGroup: 'US' },
};

/** How a region is shown to people; one that Azure does not have is shown by its name. */
export function regionOf(name: string): Region {
  return REGIONS[name] ?? { displayName: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, geographyGroup: 'Other' };
}
