import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import type { ProblemBody, ProblemLine } from '../api/problems.ts';

/** What the server said no with, or that it could not be reached (`status` 0). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: readonly ProblemLine[];

  constructor(
    detail: string,
    { status, code, requestId, errors = [] }: Pick<Problem, 'status' | 'code' | 'requestId'> & Partial<Problem>,
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.errors = errors;
  }
}

/** Whether nobody answered: the old data stays, under a banner. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 0 || AWAY.includes(error.status));

export const isSignedOut = (error: unknown): boolean => error instanceof Problem && error.status === 401;
export const isNotFound = (error: unknown): boolean => error instanceof Problem && error.status === 404;
/** Somebody else was first, or it stands elsewhere by now. */
export const isConflict = (error: unknown): boolean => error instanceof Problem && error.status === 409;

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The address with the parameters that say something. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

interface Reached {
  isLost: boolean;
  /** When the server last answered, epoch ms of this machine. */
  heardAt: number | null;
}

let reached: Reached = { isLost: false, heardAt: null };
const reachHearers = new Set<() => void>();

/** Whether the server answers, as its last answer told. */
export const reach = {
  now: (): Reached => reached,
  onChange(hear: () => void): () => void {
    reachHearers.add(hear);
    return () => reachHearers.delete(hear);
  },
};

function note(isLost: boolean): void {
  const changed = isLost !== reached.isLost;
  reached = { isLost, heardAt: isLost ? reached.heardAt : Date.now() };
  if (changed) for (const hear of reachHearers) hear();
}

const AWAY = [502, 503, 504];

async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    note(true);
    throw new Problem("Can't reach the server.", { status: 0, code: 'unreachable', requestId: null });
  });
  note(AWAY.includes(answer.status));
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? Promise.resolve(nothing()) : answer.json();
}

/** For answers without a body; whoever asks for one names the type `void`. */
const nothing = (): never | ReturnType<typeof JSON.parse> => undefined;

async function problemOf(answer: Response): Promise<Problem> {
  const { status } = answer;
  const requestId = answer.headers.get('x-request-id');
  const body: Partial<ProblemBody> = await answer.json().catch(() => ({}));
  return new Problem(body.detail ?? `The server answered ${status}.`, {
    status,
    code: body.code ?? 'unknown',
    requestId: body.request_id ?? requestId,
    errors: body.errors ?? [],
  });
}

export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
  ask<T>('GET', withQuery(path, query), undefined, signal);
export const post = <T = void>(path: string, body?: unknown) => ask<T>('POST', path, body);
export const put = <T = void>(path: string, body?: unknown) => ask<T>('PUT', path, body);
export const patch = <T = void>(path: string, body?: unknown) => ask<T>('PATCH', path, body);
export const del = <T = void>(path: string, body?: unknown) => ask<T>('DELETE', path, body);

/** What queries are about: the first part of every query key, so that the stream knows what to read again. */
export const nouns = [
  'session',
  'counts',
  'templates',
  'campaigns',
  'leads',
  'imports',
  'sequences',
  'tasks',
  'replies',
  'contacts',
  'accounts',
  'workspace',
  'members',
  'tokens',
  'context',
  'suppressions',
  'audit',
] as const;
export type Noun = (typeof nouns)[number];

let onSignedOut: () => void = () => undefined;

function noticeSignedOut(error: unknown): void {
  if (isSignedOut(error)) onSignedOut();
}

/** What happens when a query or an action learns that the session is over. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** One per page load. Statuses are never guessed, and what is shown stays while it is read again. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: 'always',
      retry: (failures, error) => isUnreachable(error) && failures < 1,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
