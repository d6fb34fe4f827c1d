/** What the wire does not do, a line each, for SUPPORT.md. */
export const wireNotModelled: readonly string[] = [
  'Signatures are not verified: the access key id says who calls, any secret will do.',
  'A signature for a region that the world does not have is refused in one wording for all services; SigV4A is taken for the home region.',
  'Constraints of the API models other than required members (lengths, patterns, ranges, enumerations) are checked by the actions, where they are checked.',
  'Numbers are not told apart: a fraction passes where AWS wants a whole number.',
  'Event streams (Lambda InvokeWithResponseStream) and CBOR are not spoken.',
  'REST-XML: elements that the model does not have are passed over, their order does not matter; AWS validates both.',
  'Compressed and chunk-signed request bodies are not read.',
  'Unknown parameters are refused by EC2 only; the other services ignore them, as on AWS.',
  'DynamoDB passes as raw JSON: its store checks the input.',
  'CORS: no browser calls the sandbox directly.',
];
