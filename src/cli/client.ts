import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** What went wrong, for a person: a line, and a line for each place. The command line prints it and exits with 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly lines: readonly string[];
  /** The server's status code; null where it never answered, or was not asked. */
  readonly status: number | null;

  constructor(message: string, lines: readonly string[] = [], status: number | null = null) {
    super(message);
    this.lines = lines;
    this.status = status;
  }
}

export interface Client {
  get<S extends z.ZodType>(path: string, shape: S, query?: Query): Promise<z.output<S>>;
  post<S extends z.ZodType>(
    path: string,
    shape: S,
    body?: unknown,
    options?: { repeatable?: boolean },
  ): Promise<z.output<S>>;
  put<S extends z.ZodType>(path: string, shape: S, body: unknown): Promise<z.output<S>>;
  delete<S extends z.ZodType>(path: string, shape: S): Promise<z.output<S>>;
}

type Query = Readonly<Record<string, string | number | undefined>>;

const problemShape = z.looseObject({
  detail: z.string(),
  request_id: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), problem: z.string() })).optional(),
});

const RETRIED = [429, 503];
const MOST_TRIES = 5;

/** The API over HTTP. Whatever is no success is thrown as a `Failure` that says what the server said. */
export function createClient({ url, token }: { url: string; token: string }): Client {
  const ask = async (
    method: string,
    path: string,
    init: { body?: unknown; query?: Query; tries: number },
  ): Promise<unknown> => {
    const address = new URL(url.replace(/\/+$/, '') + path);
    for (const [name, value] of Object.entries(init.query ?? {}))
      if (value !== undefined) address.searchParams.set(name, String(value));
    for (let attempt = 1; ; attempt++) {
      const answer = await send(address, method, token, init.body);
      if ('error' in answer) {
        if (attempt >= init.tries)
          throw new Failure(
            `${address.origin} cannot be reached (${answer.error}). Is it running? npm start starts it.`,
          );
        await pause(attempt * 500);
        continue;
      }
      const { status, ok, text, retryAfter } = answer;
      if (ok) return parsed(text);
      if (!RETRIED.includes(status) || attempt >= init.tries) throw failureOf(status, text);
      await pause(Math.min(retryAfter, 60) * 1_000);
    }
  };
  const read = async <S extends z.ZodType>(shape: S, answer: Promise<unknown>): Promise<z.output<S>> => {
    const known = shape.safeParse(await answer);
    if (known.success) return known.data;
    const [issue] = known.error.issues;
    throw new Failure(
      `the server's answer is not understood (${issue?.path.join('.')}: ${issue?.message}). Are both of the same version?`,
    );
  };
  return {
    get: (path, shape, query = {}) => read(shape, ask('GET', path, { query, tries: 1 })),
    post: (path, shape, body, { repeatable = false } = {}) =>
      read(shape, ask('POST', path, { body, tries: repeatable ? MOST_TRIES : 1 })),
    put: (path, shape, body) => read(shape, ask('PUT', path, { body, tries: 1 })),
    delete: (path, shape) => read(shape, ask('DELETE', path, { tries: 1 })),
  };
}

type Answer = { status: number; ok: boolean; text: string; retryAfter: number } | { error: string };

async function send(address: URL, method: string, token: string, body: unknown): Promise<Answer> {
  try {
    const response = await fetch(address, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, ok, headers } = response;
    return { status, ok, text: await response.text(), retryAfter: Number(headers.get('retry-after') ?? 1) || 1 };
  } catch (error) {
    return { error: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : 'unknown';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failureOf(status: number, text: string): Failure {
  const problem = problemShape.safeParse(parsed(text));
  if (!problem.success)
    return new Failure(`the server answered ${status}, and not as this service does. Is TOPO_URL right?`, [], status);
  const { detail, errors = [], request_id: requestId } = problem.data;
  const message = status >= 500 && requestId ? `${detail} (request ${requestId})` : detail;
  return new Failure(
    message,
    errors.map(({ path, problem }) => (path === '' ? problem : `${placeText(path)}: ${problem}`)),
    status,
  );
}

/** `steps.2.delay` as people write it: `steps[2].delay`. */
const placeText = (path: string): string => path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
