import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/db/new-id.ts';
import { scopes } from '../../src/domain/scope.ts';
import { listRoutes, startApi, type TestApi } from '../support/api.ts';
import { aMember, aToken, aWorkspace } from '../support/builders.ts';

const operation = z.object({
  description: z.string(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .default([]),
  responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()) })),
});
const description = z.object({
  openapi: z.literal('3.1.0'),
  security: z.tuple([z.object({ token: z.array(z.string()) })]),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

let api: TestApi;
let described: z.output<typeof description>;
beforeAll(async () => {
  api = await startApi();
  const answer = await api.app.inject({ url: '/openapi.json' });
  expect(answer.statusCode).toBe(200);
  described = description.parse(answer.json());
});
afterAll(() => api.close());

const methodOf = (text: string) => z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).parse(text.toUpperCase());

const operations = () =>
  Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, what]) => ({ path, method, what })),
  );

describe('the description', () => {
  test('holds the public routes, all of them and no others', () => {
    const routed = [...listRoutes(api.app)].flatMap(([url, methods]) =>
      url.startsWith('/v1/')
        ? methods
            .filter((method) => method !== 'HEAD')
            .map((method) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
        : [],
    );
    expect(
      operations()
        .map(({ path, method }) => `${method.toUpperCase()} ${path}`)
        .sort(),
    ).toEqual(routed.sort());
    expect(routed.length).toBeGreaterThan(10);
  });

  test('says of each which scope it needs, what it answers, and how it says no', () => {
    for (const { path, method, what } of operations()) {
      expect(what.description, path).toMatch(/^Requires scope: \w+:(read|write)$/);
      expect(Object.keys(what.responses), `${method} ${path}`).toContain('default');
      expect(
        Object.keys(what.responses).some((status) => status.startsWith('2')),
        `${method} ${path}`,
      ).toBe(true);
      expect(Object.keys(what.responses.default?.content ?? {})).toEqual(['application/problem+json']);
      for (const name of path.matchAll(/\{(\w+)\}/g))
        expect(
          what.parameters.map((one) => one.name),
          path,
        ).toContain(name[1]);
    }
  });

  test('is true of scopes: with all of them but the one it names, every route is closed', async () => {
    const workspaceId = await aWorkspace(api.db);
    const memberId = await aMember(api.db, workspaceId);
    for (const { path, method, what } of operations()) {
      const needed = what.description.replace('Requires scope: ', '');
      const others = scopes.filter((scope) => scope !== needed);
      expect(others).toHaveLength(scopes.length - 1);
      const { bearer } = await aToken(api.db, workspaceId, { memberId, scopes: others });
      const url = path.replaceAll(/\{\w+\}/g, newId());
      const answer = await api.app.inject({ method: methodOf(method), url, headers: bearer });
      expect([answer.statusCode, answer.json().detail], `${method} ${path}`).toEqual([
        403,
        `this needs the scope ${needed}`,
      ]);
    }
  });

  test('of the list of templates has the documented parameters, with their bounds', () => {
    const parameters = described.paths['/v1/sequence-templates']?.get?.parameters ?? [];
    expect(parameters.every((one) => one.in === 'query' && one.required !== true)).toBe(true);
    const shapes = parameters.map(({ name, schema: { description: _, ...schema } }) => [name, schema]);
    expect(Object.fromEntries(shapes)).toEqual({
      name: { type: 'string', minLength: 0, maxLength: 16384 },
      status: { type: 'string', enum: ['PENDING_SETUP', 'ACTIVE', 'INACTIVE', 'FINISHING', 'ARCHIVED'] },
      created_at_after: { type: 'string', format: 'date-time' },
      created_at_before: { type: 'string', format: 'date-time' },
      sort_by: { type: 'string', enum: ['created_at', 'updated_at', 'name'], default: 'created_at' },
      sort_order: { type: 'string', enum: ['asc', 'desc'], default: 'asc' },
      page: { type: 'integer', minimum: 1, maximum: 2147483647 },
      size: { type: 'integer', minimum: 1, maximum: 100 },
    });
  });
});
