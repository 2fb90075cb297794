import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { App } from './door.ts';
import { problemShape } from './problems.ts';

/** What is described; everything else is for the page, for mail programs and for operators. */
const PUBLIC = '/v1/';

const problem = {
  description: 'What went wrong (RFC 9457). 4xx: the request; 503: try again after Retry-After seconds.',
  content: { 'application/problem+json': { schema: z.toJSONSchema(problemShape) } },
};

/** `/openapi.json`: OpenAPI 3.1 of the public routes, made of the very schemas that check them. Called before the routes are. */
export function describeRoutes(app: App): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Topo Sequences',
        version: '1',
        description: 'Multi-step outreach. Every request carries a token: `Authorization: Bearer topo_…`.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'topo_…' } } },
      security: [{ token: [] }],
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const { scope } = document.route.config ?? {};
      if (!url.startsWith(PUBLIC) || scope === undefined) return { schema: { hide: true }, url };
      const response = { ...(typeof schema.response === 'object' ? schema.response : {}), default: problem };
      return { schema: { ...schema, description: `Requires scope: ${scope}`, response }, url };
    },
  });
  app.get('/openapi.json', { config: { public: true } }, async () => app.swagger());
}
