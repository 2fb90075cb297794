import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModel } from 'ai';

export interface LanguageModelSettings {
  provider: 'openai' | 'anthropic' | 'openai-compatible';
  /** As the provider names it. */
  model: string;
  /** null: a server of one's own that wants none. */
  apiKey: string | null;
  /** Of the API, "/v1" included; null: the provider's own. Needed for openai-compatible. */
  baseUrl: string | null;
}

/** Said here although the packages know them: without one they would take an address from the environment. */
const OPENAI_URL = 'https://api.openai.com/v1';
const ANTHROPIC_URL = 'https://api.anthropic.com/v1';

/**
 * A language model by configuration. Nothing is asked yet, and the environment is not read: a key that is missing is an
 * empty one, which the provider refuses. Throws for an openai-compatible one without an address.
 */
export function openLanguageModel({ provider, model, apiKey, baseUrl }: LanguageModelSettings): LanguageModel {
  globalThis.AI_SDK_LOG_WARNINGS = false; // they would go past our log, to the console
  switch (provider) {
    case 'openai':
      return createOpenAI({ apiKey: apiKey ?? '', baseURL: baseUrl ?? OPENAI_URL })(model);
    case 'anthropic':
      return createAnthropic({ apiKey: apiKey ?? '', baseURL: baseUrl ?? ANTHROPIC_URL })(model);
    case 'openai-compatible': {
      if (baseUrl === null) throw new Error('a language model of provider "openai-compatible" needs a base URL');
      const key = apiKey === null ? {} : { apiKey };
      return createOpenAICompatible({ name: 'openai-compatible', baseURL: baseUrl, ...key })(model);
    }
  }
}
