/**
 * The name in `id` when that is the id of a resource of the type, such as `scopeMaps`, right below `parentId`; else
 * undefined. Case does not matter.
 */
export function childNameIn(id: string, type: string, parentId: string): string | undefined {
  const above = `${parentId}/${type}/`;
  const name = id.slice(above.length);
  const isBelow = id.slice(0, above.length).toLowerCase() === above.toLowerCase();
  return isBelow && name !== '' && !name.includes('/') ? name : undefined;
}
