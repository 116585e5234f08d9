// JSON merge patch (RFC 7396) that shares what it leaves alone, so that identity tells change.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Apply `patch` to `target`: objects are merged, null removes, anything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isPlain(patch)) {
    return patch;
  }
  const merged: { [key: string]: Json } = isPlain(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key] as Json;
    if (value === null) {
      delete merged[key];
    } else if (key !== "__proto__") {
      merged[key] = mergePatch(merged[key], value);
    }
  }
  return merged;
}

function isPlain(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
