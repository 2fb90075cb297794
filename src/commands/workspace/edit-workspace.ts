import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { workspaces } from '../../db/schema.ts';
import { checkLine } from '../../domain/line.ts';
import type { Problem } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isZone } from '../../domain/zone.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** Only what is given, and is not so already, changes. */
export interface WorkspaceChange {
  name?: string | undefined;
  /** IANA. */
  zone?: string | undefined;
  /** Blank where it is not said yet: campaigns of real mail need both. Design 9. */
  legalName?: string | undefined;
  postalAddress?: string | undefined;
}

/** Changes the workspace's name, its zone, and who stands in every footer. */
export async function editWorkspace(
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  change: WorkspaceChange,
): Promise<void> {
  const problems = problemsOf(change);
  if (problems.length > 0) throw new Refusal('invalid', 'the workspace cannot be changed like this', problems);
  const given = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.trim()]]));
  await db.inWorkspace(workspaceId, async (tx) => {
    const [stored = {}]: Readonly<Record<string, unknown>>[] = await tx
      .select()
      .from(workspaces)
      .where(eq(workspaces.id, workspaceId));
    const others = given.filter(([name, value]) => stored[name ?? ''] !== value);
    if (others.length === 0) return;
    await tx.update(workspaces).set(Object.fromEntries(others)).where(eq(workspaces.id, workspaceId));
    const data = { changed: others.map(([name]) => name).join(', ') };
    await record(tx, { workspaceId, kind: 'workspace_edited', at: await appNow(tx), actor, data });
  });
}

function problemsOf({ name, zone, legalName, postalAddress }: WorkspaceChange): Problem[] {
  const isLong = (postalAddress ?? '').length > 500;
  return [
    ...(name === undefined ? [] : checkLine('name', name, 200)),
    ...(zone === undefined || isZone(zone)
      ? []
      : [
          {
            path: ['timezone'],
            what: `must be an IANA time zone such as "Europe/Paris", got ${JSON.stringify(zone)}`,
          },
        ]),
    ...((legalName ?? '').trim() === '' ? [] : checkLine('legal_name', legalName ?? '', 200)),
    ...(isLong ? [{ path: ['postal_address'], what: 'must have at most 500 characters' }] : []),
  ];
}
