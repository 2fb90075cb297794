import type { Problem } from './problem.ts';

/** Why something asked for was not done. Doors turn the code into their own status. */
export const refusalCodes = [
  'not_found',
  'invalid',
  'wrong_state',
  'version_conflict',
  'rule_refused',
  'forbidden',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/**
 * Thrown by commands, inside the transaction, so that nothing is half done; caught by name at the doors. `detail` names
 * the value, the place and the expectation.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly problems: readonly Problem[];

  constructor(code: RefusalCode, detail: string, problems: readonly Problem[] = []) {
    super(detail);
    this.code = code;
    this.problems = problems;
  }
}
