import { badInput } from './bad-input.ts';
import { HttpProblem } from './problems.ts';

/**
 * The parameters of an address, decoded as forms are (`+` is a space). A parameter given twice and an encoding that is
 * no UTF-8 are refused: guessing which one was meant would answer another question than was asked.
 */
export function readQuery(url: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  const repeated = new Set<string>();
  for (const pair of queryOf(url).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (name in query) repeated.add(name);
    query[name] = equals === -1 ? '' : decode(pair.slice(equals + 1));
  }
  if (repeated.size > 0)
    throw badInput(
      'query',
      [...repeated].map((name) => ({ path: [name], what: 'is given more than once' })),
    );
  return query;
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw new HttpProblem('invalid_request', 'the query is not percent-encoded UTF-8');
  }
}
