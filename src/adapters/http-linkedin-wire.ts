import type { z } from 'zod';
import { type Refusal, refusalOf } from './http-linkedin-refusals.ts';
import { type LinkedInFault, LinkedInUnavailable } from './linkedin.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;

export interface HttpLinkedInSettings {
  /** The tenant's own address, without /api/v1. */
  baseUrl: string;
  apiKey: string;
  /** For one request, its answer included. */
  timeoutMs: number;
}

/** What the provider answered, or why it would not. */
export type Found<T> = { kind: 'found'; value: T } | Refusal;

export type Query = Readonly<Record<string, string>>;

export interface Question {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below /api/v1/, its parts encoded. */
  path: string;
  query?: Query;
  /** Sent as it is when a form, as JSON otherwise. */
  body?: FormData | Record<string, string>;
}

/** One request and its answer, read to its end. Throws `LinkedInUnavailable`. */
export async function ask<T>(
  settings: HttpLinkedInSettings,
  question: Question,
  schema: z.ZodType<T>,
): Promise<Found<T>> {
  const { status, retryAfter, text } = await faultsNamed(() => exchange(settings, question));
  if (status >= 400) {
    const refusal = refusalOf(status, parsedJson(text), retryAfter);
    if (refusal === null) throw new LinkedInUnavailable('server error');
    return refusal;
  }
  const parsed = status >= 200 && status < 300 ? schema.safeParse(parsedJson(text)) : null;
  if (!parsed?.success) throw new LinkedInUnavailable('answer not understood');
  return { kind: 'found', value: parsed.data };
}

async function exchange({ baseUrl, apiKey, timeoutMs }: HttpLinkedInSettings, { method, path, query, body }: Question) {
  const isForm = body instanceof FormData;
  const search = query ? `?${new URLSearchParams(query)}` : '';
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/api/v1/${path}${search}`, {
    method,
    headers: {
      'X-API-KEY': apiKey,
      Accept: 'application/json',
      ...(body && !isForm ? { 'Content-Type': 'application/json' } : {}),
    },
    body: isForm ? body : body ? JSON.stringify(body) : null,
    redirect: 'manual', // the key goes nowhere else
    signal: AbortSignal.timeout(timeoutMs),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text: await boundedText(response),
  };
}

async function faultsNamed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LinkedInUnavailable) throw error;
    const fault: LinkedInFault = error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'network';
    throw new LinkedInUnavailable(fault);
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new LinkedInUnavailable('answer not understood');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
