type Json = unknown;

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON merge patch (RFC 7396): objects merge, null removes, everything else replaces. `replacedWhole` names the members of
 * the outermost object that are replaced as they are, which is ARM's own exception for `tags`.
 */
export function mergePatch(target: Json, patch: Json, replacedWhole: readonly string[] = ['tags']): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (replacedWhole.includes(name)) merged[name] = value;
    else merged[name] = mergePatch(merged[name], value, []);
  }
  return merged;
}
