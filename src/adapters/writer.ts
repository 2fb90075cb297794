import type { AiValue } from '../domain/copy/generation.ts';
import type { AiVariable } from '../domain/template.ts';

/** What the writer is told about the sender's company: text of the workspace. Design 7. */
export interface OrganisationBrief {
  name: string;
  idealCustomer?: string;
  valueProposition?: string;
  competitors?: string;
  tone?: string;
}

/** All that the writer may know: one contact's rendered facts by variable name (first_name, company_news, …). */
export interface WritingBrief {
  variables: readonly AiVariable[];
  facts: ReadonlyMap<string, string>;
  organisation: OrganisationBrief;
  /** ISO 639-1, as the template has it; null: the language of the prompts. */
  language: string | null;
}

/** What one call cost; null where the provider did not say, or no price is configured. */
export interface Usage {
  provider: string;
  model: string;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Millionths of a US dollar. */
  costMicros: number | null;
  milliseconds: number;
}

interface Writing {
  /** Every variable of the brief, by name. */
  values: ReadonlyMap<string, AiValue>;
  /** null: nobody was asked. */
  usage: Usage | null;
}

/** Writes a template's AI variables for one contact, all in one call. One try: whoever asks tries again. */
export interface Writer {
  /** Throws `WriterUnavailable` when a model was asked and gave nothing usable. */
  write(brief: WritingBrief, signal?: AbortSignal): Promise<Writing>;
}

/** Its text holds no personal data, no prompt and no key: it may end up in Temporal. */
export class WriterUnavailable extends Error {
  override readonly name = 'WriterUnavailable';
  /** 'timeout', 'provider 429', 'nonsense', … */
  readonly fault: string;
  readonly isWorthAnotherTry: boolean;
  readonly usage: Usage;
  /** How long the provider is left alone before another try, ms. */
  readonly pauseMs: number;

  constructor(fault: string, isWorthAnotherTry: boolean, usage: Usage, pauseMs = 0) {
    super(`the language model gave nothing usable: ${fault}`);
    this.fault = fault;
    this.isWorthAnotherTry = isWorthAnotherTry;
    this.usage = usage;
    this.pauseMs = pauseMs;
  }
}
