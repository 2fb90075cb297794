import { type Answer, json } from '../local-server.ts';

/** The forms that all answers of the simulated provider share. */

const DEFAULT_PAGE = 100;

export const problem = (status: number, type: string, title: string): Answer =>
  json({ title, detail: title, type: `errors/${type}`, status }, status);

export const noProfile = () => problem(404, 'resource_not_found', 'Resource not found');
export const invalid = (title: string) => problem(400, 'invalid_parameters', title);

/** The cursor is the number of items that came before. */
export function paged(object: string, items: readonly object[], url: URL): Answer {
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(start) || !Number.isInteger(limit) || start < 0 || limit < 1) return invalid('cursor or limit');
  const end = start + limit;
  return json({ object, items: items.slice(start, end), cursor: end < items.length ? String(end) : null });
}

export function parsedJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
