import type { AiVariable } from '../domain/template.ts';

/** What the writer may know: rendered facts by variable name (first_name, company_news, …), and the language. */
export interface WritingBrief {
  variables: readonly AiVariable[];
  facts: ReadonlyMap<string, string>;
  language: string | null;
}

/** Writes a template's AI variables for one contact; null where it has nothing to say, and then a person completes the copy. */
export interface Writer {
  write(brief: WritingBrief): Promise<ReadonlyMap<string, string | null>>;
}
