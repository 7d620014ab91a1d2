import fc from 'fast-check';

const anyName = fc.stringMatching(/^[a-zA-Z0-9]{5,50}$/);
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });

/** What every resource below a registry has, at random. */
export const anyChild = fc
  .record({
    id: fc.uuid(),
    registryId: fc.uuid(),
    subscriptionId: fc.uuid(),
    groupName: anyName,
    registryName: anyName,
    name: anyName,
    provisioningState: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    createdAt: date,
    lastModifiedAt: date,
  })
  .map((child) => ({
    ...child,
    groupKey: child.groupName.toLowerCase(),
    key: child.name.toLowerCase(),
    createdBy: 'app',
    createdByType: 'Application',
    lastModifiedBy: 'app',
    lastModifiedByType: 'Application',
  }));
