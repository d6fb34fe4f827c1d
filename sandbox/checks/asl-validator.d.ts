/** asl-validator is CommonJS without declarations of its own; https://github.com/ChristopheBougere/asl-validator. */
declare module 'asl-validator' {
  /** Judges a definition by the Amazon States Language, and writes the default QueryLanguage into its states. */
  const validate: (definition: object) => {
    readonly isValid: boolean;
    readonly errorsText: (separator?: string) => string;
  };
  export default validate;
}
