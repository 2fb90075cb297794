/** Who wrote a sequence's AI variables. `fallback`: a model is configured and did not answer; `offline`: there is none. Design 7. */
export const aiWriters = ['model', 'fallback', 'offline'] as const;
export type AiWriter = (typeof aiWriters)[number];

/** An AI variable's value in one sequence; null where there is neither, and then a person completes the copy. */
export interface AiValue {
  value: string | null;
  by: AiWriter;
}

/** By variable name. */
export type AiValues = Readonly<Record<string, AiValue>>;

/** What a language model was asked for. */
export const generationPurposes = ['enrolment', 'regenerate', 'trial'] as const;
export type GenerationPurpose = (typeof generationPurposes)[number];
