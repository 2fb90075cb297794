import type { FastifyRequest } from 'fastify';
import type { App } from './door.ts';
import { HttpProblem } from './problems.ts';

/**
 * What to answer where no route is: 405 with `Allow` when the path has other methods, else 404. Collects the routes as
 * they are registered, so it is called before the first of them.
 */
export function collectRoutes(app: App): (request: FastifyRequest) => HttpProblem {
  const offered = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    offered.set(url, new Set([...(offered.get(url) ?? []), ...[method].flat()]));
  });
  return (request) => {
    const [path = ''] = request.url.split('?');
    const methods = new Set([...offered].flatMap(([route, methods]) => (covers(route, path) ? [...methods] : [])));
    if (methods.size === 0) return new HttpProblem('not_found', 'nothing is at this address');
    const allow = [...methods].sort().join(', ');
    return new HttpProblem('method_not_allowed', `this address takes ${allow}`, { headers: { allow } });
  };
}

/** Whether a path is one of a route's: each `:name` stands for one segment. */
function covers(route: string, path: string): boolean {
  const segments = path.split('/');
  const expected = route.split('/');
  return (
    segments.length === expected.length &&
    expected.every((name, at) => name === segments[at] || (name.startsWith(':') && segments[at] !== ''))
  );
}
