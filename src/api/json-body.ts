import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import type { Problem } from '../domain/problem.ts';
import { badInput } from './bad-input.ts';
import type { App } from './door.ts';
import { HttpProblem } from './problems.ts';

/** Nothing that is asked here lies deeper than 10: a step's delay in a template in a preview. */
const DEEPEST = 32;

/** 50,000 leads are reviewed at once, and 500 are proposed with 60 fields each. What is wrong with each is worked out. */
const MOST_VALUES = 60_000;

/**
 * Reads a body as JSON in UTF-8, as RFC 8259 has it: a 415 for any other charset that is named, a 400 that says where for
 * bytes that are none, for a text that is no JSON, and for what must not be in it. Each is looked at once, in time linear
 * in the body. Nothing of what was sent is repeated but the names of its fields.
 */
export function readJson({ headers }: Pick<FastifyRequest, 'headers'>, bytes: Buffer): unknown {
  refuseOtherCharset(headers['content-type'] ?? '');
  if (!isUtf8(bytes)) throw new HttpProblem('invalid_request', `the body is not UTF-8: ${firstBadByte(bytes)}`);
  const value = parsed(bytes);
  const odd = oddIn(value);
  if (odd) throw badInput('body', [odd]);
  return value;
}

/** As a parser of Fastify: of bodies of this type, or of any. Blank is nothing where `mayBeBlank`. */
export function addJsonParser(app: App, type: string, { mayBeBlank }: { mayBeBlank: boolean }): void {
  app.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) =>
    bytes.length === 0 && mayBeBlank ? undefined : readJson(request, bytes),
  );
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;

function refuseOtherCharset(type: string): void {
  const named = CHARSET.exec(type)?.[1];
  if (named === undefined || /^utf-?8$/i.test(named)) return;
  throw new HttpProblem('unsupported_media_type', `the body must be JSON in UTF-8, not in ${JSON.stringify(named)}`);
}

/** What a text cannot hold is read as U+FFFD: the first byte that differs when the text is written again is it. */
function firstBadByte(bytes: Buffer): string {
  const again = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((byte, index) => byte !== again[index]);
  return `byte ${at + 1} (0x${bytes[at]?.toString(16).padStart(2, '0')})`;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    // The engine's own text repeats what was sent.
    if (error instanceof SyntaxError) throw new HttpProblem('invalid_request', 'the body is no valid JSON');
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Too deep, too many values, or a key by which what every object inherits could be changed; null: none of it. */
function oddIn(body: unknown): Problem | null {
  let values = 0;
  const lookAt = (value: unknown, depth: number): Problem | null => {
    values++;
    if (values > MOST_VALUES) return { path: [], what: `is more than the ${MOST_VALUES} values that are read` };
    if (!isObject(value)) return null;
    if (depth > DEEPEST) return { path: [], what: `lies deeper than ${DEEPEST} levels` };
    if (!Array.isArray(value)) return lookAtFields(value, depth);
    for (let at = 0; at < value.length; at++) {
      const odd = lookAt(value[at], depth + 1);
      if (odd) return { ...odd, path: [at, ...odd.path] };
    }
    return null;
  };
  const lookAtFields = (fields: Fields, depth: number): Problem | null => {
    for (const [key, part] of Object.entries(fields)) {
      const odd = isInherited(key, part) ? { path: [], what: 'is no field that is read' } : lookAt(part, depth + 1);
      if (odd) return { ...odd, path: [key.slice(0, LONGEST_NAME), ...odd.path] };
    }
    return null;
  };
  return lookAt(body, 1);
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isInherited = (key: string, value: unknown): boolean =>
  key === '__proto__' || (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype'));

/** A field may be sent under any name, and an answer repeats the beginning of it. */
const LONGEST_NAME = 64;
