import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isDatabaseAway, sqlStateOf } from '../db/errors.ts';
import type { Log } from '../domain/log.ts';
import { dotted, type Problem, problemText } from '../domain/problem.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';

/** Every way a request can fail, and what the caller sees of it. The only place that knows status codes. Design 8. */
export const problems = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  scope_missing: { status: 403, title: 'The token lacks a scope' },
  forbidden: { status: 403, title: 'Not permitted' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This method is not offered here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  wrong_state: { status: 409, title: 'Not possible in the present state' },
  version_conflict: { status: 409, title: 'Somebody else changed it first' },
  body_too_large: { status: 413, title: 'The body is too large' },
  address_too_long: { status: 414, title: 'The address is too long' },
  unsupported_media_type: { status: 415, title: 'This content type is not read here' },
  invalid: { status: 422, title: 'The content is not valid' },
  rule_refused: { status: 422, title: 'A rule refused it' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Unavailable for the moment' },
} as const satisfies Record<string, { status: number; title: string }> & Record<RefusalCode, unknown>;

export type ProblemCode = keyof typeof problems;

const codes = Object.keys(problems).filter(isProblemCode);

function isProblemCode(text: string): text is ProblemCode {
  return text in problems;
}

/** One thing that is wrong, as answers tell it. */
export const problemLine = z.object({
  /** `steps.2.delay`; empty: all that was sent. */
  path: z.string(),
  /** Its place, where the path does not say it to people, what is wrong, and the expectation. */
  problem: z.string(),
  /** What is wrong, for who sees the field: without its place, and with the names in it apart. Absent: `problem`. */
  what: z.array(z.union([z.string(), z.object({ field: z.string() }), z.object({ variable: z.string() })])).optional(),
});
export type ProblemLine = z.output<typeof problemLine>;

export function showProblem(problem: Problem): ProblemLine {
  const { path, place, what } = problem;
  const line = { path: dotted(path), problem: problemText(problem) };
  if (typeof what !== 'string') return { ...line, what: [...what] };
  return place === undefined ? line : { ...line, what: [what] };
}

/** The body of every answer that is not a success. RFC 9457, with `code`, `request_id` and, for bad input, `errors`. */
export const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(codes),
  request_id: z.string(),
  errors: z.array(problemLine).optional(),
});
export type ProblemBody = z.output<typeof problemShape>;

/** Thrown by the door itself, for what never reaches a command; commands throw `Refusal`. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly errors: readonly Problem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { errors = [], headers = {} }: { errors?: readonly Problem[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}

const RETRY_AFTER_SECONDS = '2';

/** What Fastify refuses by itself, in our words: its own quote what was sent. */
const ofFastify: Readonly<Record<number, [ProblemCode, string]>> = {
  400: [
    'invalid_request',
    'the body or the address cannot be read: is the one valid JSON, the other percent-encoded UTF-8?',
  ],
  408: ['request_timeout', 'the request was not received in time'],
  413: ['body_too_large', 'the body is larger than what is read here'],
  414: ['address_too_long', 'a part of the address is too long'],
  415: ['unsupported_media_type', 'send JSON with Content-Type: application/json'],
};

/** Text that Postgres cannot store: a NUL, or half of a surrogate pair. */
const UNSTORABLE = ['22021', '22P05'];

/** What an error means to the caller. Nothing of an unknown error is told. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof Refusal) return ofRefusal(error);
  if (isDatabaseAway(error))
    return new HttpProblem('unavailable', 'the database cannot be reached just now; try again', {
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    });
  if (UNSTORABLE.includes(sqlStateOf(error) ?? ''))
    return new HttpProblem(
      'invalid_request',
      'a text holds a character that cannot be stored: U+0000 or half a surrogate pair',
    );
  const known = ofFastify[fastifyStatus(error)];
  return known
    ? new HttpProblem(...known)
    : new HttpProblem('internal_error', 'the fault is logged under the request id');
}

/** Another workspace's id and one that never was are answered byte for byte alike, whatever id was asked for. */
function ofRefusal({ code, message, missing, problems: errors }: Refusal): HttpProblem {
  const detail = missing === null || missing.id === null ? message : `no ${missing.noun} with this id`;
  return new HttpProblem(code, detail, { errors });
}

const fastifyStatus = (error: unknown): number =>
  isFastifyError(error) && error.code.startsWith('FST_') ? (error.statusCode ?? 500) : 500;

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function problemBody({ code, message, errors }: HttpProblem, requestId: string): ProblemBody {
  const { status, title } = problems[code];
  const body: ProblemBody = {
    type: `urn:topo:problem:${code}`,
    title,
    status,
    detail: message,
    code,
    request_id: requestId,
  };
  return errors.length > 0 ? { ...body, errors: errors.map(showProblem) } : body;
}

/** Answers with the problem an error means, and logs what is our own fault, without a word that could be personal. */
export function answerProblem(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  if (problem.code === 'internal_error') log.error({ request_id: request.id, ...traceOf(error) }, 'a request failed');
  if (problem.code === 'unavailable') log.warn({ request_id: request.id, state: sqlStateOf(error) }, problem.message);
  return reply
    .code(problems[problem.code].status)
    .headers(problem.headers)
    .type(PROBLEM_TYPE)
    .serializer((body) => JSON.stringify(body))
    .send(problemBody(problem, request.id));
}

/** Where an unknown error came from. Its message stays out: it may quote parameters, and those may be personal. */
function traceOf(error: unknown): { error: string; state: string | null; at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, state: null, at: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, state: sqlStateOf(error), at: frames.slice(0, 10).map((line) => line.trim()) };
}
