/** Tags as CloudFormation lists them. */
export type Tags = readonly { readonly Key: string; readonly Value: string }[];

/** Tags as CloudFormation lists them, `[{ Key, Value }]`, as the record that some APIs take. */
export const tagRecord = (tags: Tags | undefined): Record<string, string> | undefined =>
  tags === undefined ? undefined : Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

/** What an API is told to add and to take away, so that the tags become others. */
export const tagChange = (
  before: Tags = [],
  after: Tags = [],
): { readonly added: Tags; readonly removed: readonly string[] } => {
  const had = tagRecord(before) ?? {};
  const has = tagRecord(after) ?? {};
  return {
    added: after.filter(({ Key, Value }) => had[Key] !== Value),
    removed: Object.keys(had).filter((key) => !Object.hasOwn(has, key)),
  };
};
