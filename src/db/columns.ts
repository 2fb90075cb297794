import { sql } from 'drizzle-orm';
import { customType, pgPolicy, pgRole, uuid } from 'drizzle-orm/pg-core';
import type { WorkspaceId } from '../domain/ids.ts';

/** An instant: `timestamptz` in Postgres (operators read it), epoch milliseconds in the code. */
export const instant = customType<{ data: number; driverData: string }>({
  dataType: () => 'timestamp(3) with time zone',
  toDriver: (at) => new Date(at).toISOString(),
  fromDriver: (text) => Date.parse(text),
});

/** An instant the public API prints: truncated to whole seconds when written, so what is shown is what is compared. Design 8. */
export const printedInstant = customType<{ data: number; driverData: string }>({
  dataType: () => 'timestamp(0) with time zone',
  toDriver: (at) => new Date(Math.floor(at / 1000) * 1000).toISOString(),
  fromDriver: (text) => Date.parse(text),
});

/** Who works under row-level security; `inWorkspace` puts a transaction into this role. */
export const appRole = pgRole('topo_app').existing();
/** The reconciler, the conductor and the look-up of a token see every workspace; `asSystem`. */
const systemRole = pgRole('topo_system').existing();

export const workspaceColumn = () => uuid('workspace_id').$type<WorkspaceId>().notNull();

const own = sql`workspace_id = nullif(current_setting('app.workspace', true), '')::uuid`;

/** The two policies of every table that belongs to a workspace; a test holds that none lacks them. */
export const workspacePolicies = () => [
  pgPolicy('own_workspace', { for: 'all', to: appRole, using: own, withCheck: own }),
  everythingForSystem(),
];

export const everythingForSystem = () =>
  pgPolicy('system', { for: 'all', to: systemRole, using: sql`true`, withCheck: sql`true` });
