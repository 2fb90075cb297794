/** Structured lines; fields are ids, enum values and counts, never personal data. pino fits it. */
export interface Log {
  info(fields: object, line: string): void;
  warn(fields: object, line: string): void;
  error(fields: object, line: string): void;
}
