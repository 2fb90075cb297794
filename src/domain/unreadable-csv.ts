/** Not a table of leads at all; caught by name where a file is imported. */
export class UnreadableCsv extends Error {
  override readonly name = 'UnreadableCsv';
}
