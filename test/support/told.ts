import { dotted, type Problem, problemText } from '../../src/domain/problem.ts';

/** Problems with their words joined, as an answer of the API has them. */
export const told = (problems: readonly Problem[]): { path: string; problem: string }[] =>
  problems.map((problem) => ({ path: dotted(problem.path), problem: problemText(problem) }));
