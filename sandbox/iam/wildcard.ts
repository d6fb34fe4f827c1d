/**
 * Whether IAM's pattern covers the whole value: `*` stands for any run of characters, also none, `?` for exactly one.
 * Case counts; a caller that compares actions gives both in lower case.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export const matchesPattern = (pattern: string, value: string): boolean => {
  let at = 0;
  let from = 0;
  // Where the last `*` stood, and how much of the value it has swallowed: what to go back to when a later part fails.
  let star = -1;
  let swallowed = 0;
  while (from < value.length) {
    const symbol = pattern[at];
    if (symbol === '*') {
      star = at;
      swallowed = from;
      at += 1;
    } else if (symbol !== undefined && (symbol === '?' || symbol === value[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      swallowed += 1;
      from = swallowed;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
};

/** An ARN's six parts; the sixth keeps its own colons. `undefined` where the text has fewer. */
const arnParts = (arn: string): readonly string[] | undefined => {
  const parts = arn.split(':');
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/** Whether a text has the shape that ARN conditions take: six parts between colons, or a bare `*`. */
export const isArnPattern = (pattern: string): boolean => pattern === '*' || arnParts(pattern) !== undefined;

/**
 * How `ArnEquals` and `ArnLike`, which are the same to AWS, compare: part by part, so that a `*` crosses no colon before
 * the resource.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export const matchesArn = (pattern: string, arn: string): boolean => {
  if (pattern === '*') return true;
  const expected = arnParts(pattern);
  const actual = arnParts(arn);
  if (expected === undefined || actual === undefined) return false;
  return expected.every((part, index) => matchesPattern(part, actual[index] ?? ''));
};
