import type { Socket } from 'node:net';
import { newId } from '../db/new-id.ts';
import { securityHeaders } from './headers.ts';
import { HttpProblem, PROBLEM_TYPE, type ProblemCode, problemBody, problems } from './problems.ts';

const causes: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'address and headers together may have at most 16 kB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'the request was not received in time'],
};

const LINGER_MS = 2_000;

/** Answers what is not even HTTP (or too slow, or too long) in the form of every other problem, and hangs up. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new HttpProblem(...(causes[error.code ?? ''] ?? ['invalid_request', 'this is not a HTTP request']));
  const { status, title } = problems[problem.code];
  const requestId = newId();
  const body = JSON.stringify(problemBody(problem, requestId));
  const headers = {
    ...securityHeaders,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.setTimeout(LINGER_MS, () => socket.destroy()); // so that the answer is read before the connection is cut
  socket.end([`HTTP/1.1 ${status} ${title}`, ...lines, '', body].join('\r\n'));
}
