import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import type { FieldProblem } from '../domain/refusal.ts';
import { HttpProblem } from './problems.ts';

const partNames: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'headers' };

/** Reads input by the route's zod schema; what does not fit is a 400 that names every field. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const errors = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), problem: 'is not known here' }))
        : [{ path: issue.path.join('.'), problem: issue.message }],
    );
    return { error: badInput(partNames[httpPart ?? ''] ?? 'body', errors) };
  };

/** A 400 whose detail can be read without its list. */
export function badInput(part: string, errors: readonly FieldProblem[]): HttpProblem {
  const [first, ...others] = errors;
  const place = first && first.path !== '' ? `${part}, ${first.path}` : part;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return new HttpProblem('invalid_request', `${place}: ${first?.problem ?? 'cannot be read'}${more}`, { errors });
}
