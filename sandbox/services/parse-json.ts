/** What a JSON text holds, or undefined where it is none: for texts of clients, which are refused in the service's own words. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The same for a text that must hold an object. */
export const parseJsonObject = (text: string): Record<string, unknown> | undefined => {
  const parsed = parseJson(text);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, unknown>)
    : undefined;
};
