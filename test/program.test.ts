import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { tellFailure } from '../src/program.ts';

const refusal = (message: string, said: { code: string; detail?: string; hint?: string }) =>
  Object.assign(new DatabaseError(message, 0, 'error'), said);

const query = (cause: Error) =>
  new DrizzleQueryError('insert into "contacts" ("email") values ($1)', ['ada@example.com'], cause);

test('a failed query is told by what the database said, without the query and its parameters', () => {
  const denied = refusal('permission denied for schema public', { code: '42501' });
  expect(tellFailure(query(denied))).toBe('permission denied for schema public (42501)');
  expect(tellFailure(new Error('the tables could not be made', { cause: query(denied) }))).toBe(
    'the tables could not be made\n  because: permission denied for schema public (42501)',
  );
  expect(tellFailure(new DrizzleQueryError('select secret', ['ada@example.com']))).toBe('a query failed');
});

test('what the database adds is told, but no row that it quotes', () => {
  const detail = 'The current user must have the ADMIN option on role "topo_app".';
  expect(tellFailure(query(refusal('permission denied to grant role', { code: '42501', detail })))).toBe(
    `permission denied to grant role (42501). ${detail}`,
  );
  const doubled = refusal('duplicate key value', {
    code: '23505',
    detail: 'Key (email)=(ada@example.com) already exists.',
  });
  expect(tellFailure(query(doubled))).toBe('duplicate key value (23505)');
  expect(tellFailure(refusal('no such function', { code: '42883', hint: 'Add explicit casts.' }))).toBe(
    'no such function (42883). Add explicit casts.',
  );
});

test('a table that is not there asks for the migration', () => {
  expect(tellFailure(query(refusal('relation "installation" does not exist', { code: '42P01' })))).toBe(
    'relation "installation" does not exist (42P01). Was this build’s migration run (migrate.js)?',
  );
});

test('every cause is told once, down to the last', () => {
  const last = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  const error = new Error('the worker cannot start', { cause: new Error('no connection', { cause: last }) });
  expect(tellFailure(error)).toBe(
    'the worker cannot start\n  because: no connection\n  because: connect ECONNREFUSED 127.0.0.1:1',
  );
  const repeated = new Error('no such folder', { cause: new Error('Command failed: initdb\nno such folder') });
  expect(tellFailure(repeated)).toBe('no such folder');
});

test('a name with several addresses is told with each that was tried', () => {
  const tried = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:5432`));
  expect(tellFailure(new AggregateError(tried))).toBe(
    'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
  );
});

test('a password in an address is not told', () => {
  expect(tellFailure(new Error('cannot reach postgresql://topo:hush-hush@db.example:5432/topo'))).toBe(
    'cannot reach postgresql://topo:…@db.example:5432/topo',
  );
});

test('a slip in the code is told with its place; what is no error at all, as it is', () => {
  expect(tellFailure(new TypeError('x is not a function'))).toMatch(
    /^TypeError: x is not a function\n {4}at .*program\.test\.ts/,
  );
  expect(tellFailure('gone')).toBe('gone');
});
