/** Ends a check: a line for each complaint and exit code 1, or the one sentence that says what was looked at. */
export const report = (complaints: readonly string[], allWell: string): void => {
  if (complaints.length === 0) {
    console.log(allWell);
    return;
  }
  for (const complaint of complaints) console.error(complaint);
  process.exitCode = 1;
};
