import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** Path below a root, with `/`, to the text of the file. */
export type Sources = Readonly<Record<string, string>>;

/**
 * Whose files (a folder `domain/`, a file, or a pattern `adapters/temporal-*.ts`) may import what. A file obeys the
 * rows it falls under together; under none it may import nothing. What may be imported is written as
 * `domain/` a folder, `domain/ids.ts` a file, `pg` a package with its subpaths, `@fastify/*` or `node:*` what begins so,
 * `packages` every package and built-in module, `anything`. After the word `type` it may be imported by type only.
 */
export type Arrows = Readonly<Record<string, readonly string[]>>;

interface Import {
  /** As it is written; null when it is worked out at run time. */
  specifier: string | null;
  isType: boolean;
}

/** Every `.ts` and `.tsx` file below `folder`. */
export function sourcesIn(folder: URL): Sources {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  const sources = files.filter((path) => /\.tsx?$/.test(path)).sort();
  return Object.fromEntries(sources.map((path) => [path, readFileSync(new URL(path, folder), 'utf8')]));
}

/** The imports no arrow permits, one line each: `domain/sequence.ts → ../db/pool.ts`. */
export function strays(sources: Sources, arrows: Arrows): string[] {
  return Object.entries(sources).flatMap(([path, source]) => {
    const allowed = rowsOf(path, arrows).flatMap((row) => arrows[row] ?? []);
    return importsOf(path, source)
      .filter((found) => !isAllowed(path, found, allowed))
      .map(({ specifier, isType }) => `${path} → ${isType ? 'type ' : ''}${specifier ?? '(worked out at run time)'}`);
  });
}

/** The files of ours that come with `entry` when it is bundled: what it imports by value, and what that imports. */
export function reachedFrom(entry: string, sources: Sources): string[] {
  const reached = new Set<string>();
  const follow = (path: string): void => {
    const source = sources[path];
    if (source === undefined || reached.has(path)) return;
    reached.add(path);
    for (const { specifier, isType } of importsOf(path, source))
      if (!isType && specifier?.startsWith('.')) follow(posix.join(posix.dirname(path), specifier));
  };
  follow(entry);
  return [...reached].sort();
}

/**
 * The circles among files of ours, by value or by type: each as the files that reach one another, in their order. A file
 * in a circle cannot be understood, moved or tested without the others.
 */
export function circles(sources: Sources): string[][] {
  const next = new Map(Object.entries(sources).map(([path, source]) => [path, neighboursOf(path, source)]));
  const reach = new Map([...next.keys()].map((path) => [path, reachableFrom(path, next)]));
  const reaches = (from: string, to: string) => reach.get(from)?.has(to) === true;
  const inOne = [...next.keys()].filter((path) => reaches(path, path));
  const companies = inOne.map((path) => inOne.filter((other) => reaches(path, other) && reaches(other, path)));
  return companies.filter(([first], index) => first === inOne[index]);
}

const neighboursOf = (path: string, source: string): string[] =>
  importsOf(path, source).flatMap(({ specifier }) =>
    specifier?.startsWith('.') ? [posix.join(posix.dirname(path), specifier)] : [],
  );

/** What can be come to from `start` in one step or more: itself only where the way leads back. */
function reachableFrom(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const ahead = [...(next.get(start) ?? [])];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    ahead.push(...(next.get(path) ?? []));
  }
  return seen;
}

/**
 * Who goes into a room by another way than its doors. `doors`: a folder, and the files of it that others may import.
 */
export function intruders(sources: Sources, doors: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(sources).flatMap(([path, source]) =>
    neighboursOf(path, source).flatMap((target) => {
      const room = Object.keys(doors).find((folder) => target.startsWith(folder) && !path.startsWith(folder));
      return room === undefined || doors[room]?.includes(target.slice(room.length)) ? [] : [`${path} → ${target}`];
    }),
  );
}

/** The rows a file falls under. */
export const rowsOf = (path: string, arrows: Arrows): string[] =>
  Object.keys(arrows).filter((row) => (row.endsWith('/') ? path.startsWith(row) : matches(path, row)));

function isAllowed(path: string, { specifier, isType }: Import, allowed: readonly string[]): boolean {
  if (allowed.includes('anything')) return true;
  if (specifier === null) return false;
  const isFile = specifier.startsWith('.');
  const target = isFile ? posix.join(posix.dirname(path), specifier) : specifier;
  return allowed.some((entry) => {
    const wanted = entry.replace(/^type /, '');
    if (entry !== wanted && !isType) return false;
    if (wanted.endsWith('/')) return isFile && target.startsWith(wanted);
    if (/\.(ts|json)$/.test(wanted)) return isFile && target === wanted;
    if (isFile) return false;
    return wanted === 'packages' || matches(target, wanted) || target.startsWith(`${wanted}/`);
  });
}

/** `*` stands for any run of characters. */
function matches(text: string, pattern: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return text === pattern;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

/**
 * Every import of a file: static, dynamic, re-exported, of a type inside a type. `import { type A }` counts as one by
 * value, for that is what is left of it at run time: an import of nothing.
 */
export function importsOf(path: string, source: string): Import[] {
  return nodesOf(path, source).flatMap((node): Import[] => {
    switch (node.type) {
      case 'ImportDeclaration':
        return [{ specifier: literal(node.source), isType: node.importKind === 'type' }];
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        return node.source ? [{ specifier: literal(node.source), isType: node.exportKind === 'type' }] : [];
      case 'ImportExpression':
        return [{ specifier: literal(node.source), isType: false }];
      case 'TSImportType':
        return [{ specifier: literal(node.source), isType: true }];
      case 'TSImportEqualsDeclaration':
        return isNode(node.moduleReference) && node.moduleReference.type === 'TSExternalModuleReference'
          ? [{ specifier: literal(node.moduleReference.expression), isType: node.importKind === 'type' }]
          : [];
      case 'CallExpression': {
        const given = Array.isArray(node.arguments) ? node.arguments[0] : null;
        return isName(node.callee, 'require') ? [{ specifier: literal(given), isType: false }] : [];
      }
      default:
        return [];
    }
  });
}

/** Whether the file reads the environment: `process.env`, however it comes by it. */
export function readsEnvironment(path: string, source: string): boolean {
  return nodesOf(path, source).some((node) => {
    if (node.type === 'VariableDeclarator') return isName(node.init, 'process'); // const { env } = process
    if (node.type === 'ImportDeclaration') return /^(node:)?process$/.test(literal(node.source) ?? '');
    return member(node) === 'env' && (isName(node.object, 'process') || member(node.object) === 'process');
  });
}

const CLOCKS_AND_DICE = ['Date.now', 'Math.random', 'performance.now', 'Temporal.Now', 'crypto.randomUUID'];

/** Where the file asks for the time of day or for a random number. */
export function clocksAndDice(path: string, source: string): string[] {
  return nodesOf(path, source).flatMap((node) => {
    if (node.type === 'NewExpression' && isName(node.callee, 'Date'))
      return Array.isArray(node.arguments) && node.arguments.length === 0 ? ['new Date()'] : [];
    const asked = isNode(node.object) ? `${String(node.object.name)}.${member(node)}` : '';
    return CLOCKS_AND_DICE.includes(asked) ? [asked] : [];
  });
}

const LOCKS = /\bfor\s+(no\s+key\s+)?update\b|\bfor\s+(key\s+)?share\b|\bpg_(try_)?advisory_|\block\s+table\b/i;

/** Where the file locks rows or takes a lock by name, in a query that is built or written. */
export function locksIn(path: string, source: string): string[] {
  return nodesOf(path, source).flatMap((node) => {
    const text = literal(node) ?? (node.type === 'TemplateElement' && isText(node.value) ? node.value.raw : '');
    const inWords = LOCKS.exec(text)?.[0];
    if (inWords !== undefined) return [inWords];
    if (node.type !== 'CallExpression' || member(node.callee) !== 'for' || rootOf(node.callee) === 'Symbol') return [];
    return [doesSkip(node) ? '.for(…, skipLocked)' : '.for(…)'];
  });
}

/** `{ skipLocked: true }`: who takes rows so waits for nobody. */
const doesSkip = (call: Node): boolean =>
  nodesBelow(call.arguments).some(
    ({ type, key, value }) => type === 'Property' && isName(key, 'skipLocked') && isNode(value) && value.value === true,
  );

const isText = (value: unknown): value is { raw: string } =>
  typeof value === 'object' && value !== null && 'raw' in value && typeof value.raw === 'string';

const RUNNERS = ['test', 'it', 'describe', 'suite', 'bench'];

/** Where a test file leaves tests out: `test.only`, `describe.skip`, `test('…', { skip: true }, …)`. */
export function leftOut(path: string, source: string): string[] {
  return nodesOf(path, source).flatMap((node) => {
    const name = member(node);
    if ((name === 'only' || name === 'skip') && RUNNERS.includes(rootOf(node))) return [`${rootOf(node)}.${name}`];
    if (node.type !== 'CallExpression' || !RUNNERS.includes(rootOf(node)) || !Array.isArray(node.arguments)) return [];
    const options = node.arguments.filter(isNode).filter(({ type }) => type === 'ObjectExpression');
    return options
      .flatMap(({ properties }) => (Array.isArray(properties) ? properties : []))
      .filter((property) => isNode(property) && (isName(property.key, 'only') || isName(property.key, 'skip')))
      .map(() => `${rootOf(node)} with options`);
  });
}

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** All nodes of the file's syntax tree, parents first. */
const nodesOf = (path: string, source: string): Node[] =>
  nodesBelow(parseAst(source, { lang: path.endsWith('x') ? 'tsx' : 'ts' }));

function nodesBelow(top: unknown): Node[] {
  const found: Node[] = [];
  const visit = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(top);
  return found;
}

const literal = (node: unknown): string | null =>
  isNode(node) && node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;

const isName = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === 'Identifier' && node.name === name;

/** `b` of `a.b` and `a['b']`. */
function member(node: unknown): string | null {
  if (!isNode(node) || node.type !== 'MemberExpression') return null;
  return isNode(node.property) && node.computed !== true ? String(node.property.name) : literal(node.property);
}

/** `a` of `a.b.c` and `a.b(1).c`. */
function rootOf(node: unknown): string {
  if (!isNode(node)) return '';
  return node.type === 'Identifier' ? String(node.name) : rootOf(node.object ?? node.callee);
}
