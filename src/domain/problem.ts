/*
 * What is wrong, as data. Only who shows it joins the words: the API in its answers, the page beside its fields, the
 * command line. So nobody has to take a sentence apart that quotes what people typed.
 */

/** A field of what was given, in the names of who gave it: `['steps', 2, 'body']`; `[]` is all of it. */
export type Path = readonly (string | number)[];

/** What a person calls a part: "schedule", "step 2 ('Follow-up')", "AI variable 'opener'". */
export type Name = string | { noun: string; number?: number; name: string };

/** A word that who shows it writes in their own way: the page calls a body a message, and quotes no variable. */
type Term = { field: string } | { variable: string };

export type Words = string | readonly (string | Term)[];

export interface Problem {
  path: Path;
  /** Where that is, from the outermost part in; absent where the path says it to people, too. */
  place?: readonly Name[];
  /** The value, what is wrong with it, and the expectation. */
  what: Words;
}

/** "step 2 ('Follow-up'): body is empty": for who does not see the field. */
export const problemText = ({ place = [], what }: Problem): string =>
  [...place.map(nameText), wordsText(what)].join(': ');

/** "body is empty", 'unknown variable "first_nam"'. */
export const wordsText = (words: Words): string =>
  typeof words === 'string' ? words : words.map((word) => (typeof word === 'string' ? word : termText(word))).join('');

const termText = (term: Term): string => ('field' in term ? term.field : JSON.stringify(term.variable));

function nameText(name: Name): string {
  if (typeof name === 'string') return name;
  return name.number === undefined ? `${name.noun} '${name.name}'` : `${name.noun} ${name.number} ('${name.name}')`;
}

/** "email: "ada" has no "@"…": for who sees a list and no fields. */
export const lineOf = (problem: Problem): string =>
  [...(problem.path.length === 0 ? [] : [dotted(problem.path)]), problemText(problem)].join(': ');

/** The same problems, of something that is itself at `path`. */
export const within = (path: Path, problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));

/** `steps.2.delay`. */
export const dotted = (path: Path): string => path.join('.');
