import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { dotted, type Path, type Problem, problemText } from '../domain/problem.ts';
import { HttpProblem } from './problems.ts';

/** Reads input by the route's zod schema; what does not fit is a 400 that names every field. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const errors = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), what: 'is not known here' }))
        : [{ path: pathOf(issue.path), what: issue.message }],
    );
    return { error: badInput(partNames[httpPart ?? ''] ?? 'body', errors) };
  };

/** JSON knows no symbols. */
export const pathOf = (keys: readonly PropertyKey[]): Path => keys.filter((key) => typeof key !== 'symbol');

const partNames: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'headers' };

/** Of a list that nobody reads to its end; the detail says how many there are. */
const MOST_TOLD = 100;

/** A 400 whose detail can be read without its list. */
export function badInput(part: string, errors: readonly Problem[]): HttpProblem {
  const [first, ...others] = errors;
  const place = first && first.path.length > 0 ? `${part}, ${dotted(first.path)}` : part;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return new HttpProblem('invalid_request', `${place}: ${first ? problemText(first) : 'cannot be read'}${more}`, {
    errors: errors.slice(0, MOST_TOLD),
  });
}
