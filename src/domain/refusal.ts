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

/** What was asked for and is not there; of a `null` id there is none at all. */
export interface Missing {
  noun: string;
  id: string | null;
}

/**
 * Thrown by commands, inside the transaction, so that nothing is half done; caught by name at the doors. `detail` names
 * the value, the place and the expectation; of what is not there only `missing` is known.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly problems: readonly Problem[];
  readonly missing: Missing | null;

  constructor(code: 'not_found', missing: Missing);
  constructor(code: Exclude<RefusalCode, 'not_found'>, detail: string, problems?: readonly Problem[]);
  constructor(code: RefusalCode, said: string | Missing, problems: readonly Problem[] = []) {
    super(typeof said === 'string' ? said : `no ${said.noun} ${said.id ?? 'in this workspace'}`);
    this.code = code;
    this.problems = problems;
    this.missing = typeof said === 'string' ? null : said;
  }
}
