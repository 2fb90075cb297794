import { ApplicationFailure, CancelledFailure, CompleteAsyncError, type Context } from '@temporalio/activity';
import { failureOf, isDatabaseAway } from '../db/errors.ts';
import type { Log } from '../domain/log.ts';

/*
 * Temporal keeps the message, the stack and the causes of whatever a deed throws, and its own logger prints them. An
 * unknown error's message may quote a query with its parameters, so only fixed texts leave a deed. Design 3, "Errors".
 */

const MOST_FRAMES = 10;

/** For both workers: what a deed throws goes out under a fixed text, and our log says where it came from. */
export const withoutMessages = (log: Log) => (context: Context) => ({
  inbound: {
    async execute<I, O>(input: I, next: (input: I) => Promise<O>): Promise<O> {
      try {
        return await next(input);
      } catch (error) {
        if (isForTemporal(error, context)) throw error;
        const at = framesOf(error);
        log.error({ activity: context.info.activityType, ...failureOf(error), at }, 'a deed failed; it is tried again');
        throw faultOf(error, at);
      }
    },
  },
});

/** What a deed says on purpose, with a text of our own, or in answer to Temporal itself. */
const isForTemporal = (error: unknown, { cancellationSignal }: Context): boolean =>
  error instanceof ApplicationFailure ||
  error instanceof CancelledFailure ||
  error instanceof CompleteAsyncError ||
  (cancellationSignal.aborted && error instanceof Error && error.name === 'AbortError');

function faultOf(error: unknown, at: readonly string[]): ApplicationFailure {
  const message = textOf(error);
  const fault = ApplicationFailure.create({ message, type: 'OurFault', nonRetryable: false });
  fault.stack = [`OurFault: ${message}`, ...at.map((frame) => `    ${frame}`)].join('\n');
  return fault;
}

function textOf(error: unknown): string {
  const { error: name, state } = failureOf(error);
  if (state !== null && SQLSTATE.test(state)) return `database error ${state}`;
  return isDatabaseAway(error) ? 'database away' : name;
}

/** Five characters, one of them a digit: Node's EPIPE has none. PostgreSQL manual, appendix A. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** Where an error came from: its stack behind the message, which a stack repeats. */
function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const start = error.stack.indexOf(error.message);
  if (start < 0) return []; // the message was changed afterwards: the stack holds one that nobody can tell from frames
  const lines = error.stack.slice(start + error.message.length).split('\n');
  return lines
    .filter((line) => FRAME.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim());
}

const FRAME = /^ {4}at .*:\d+:\d+\)?$/;
