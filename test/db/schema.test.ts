import { is, type SQL, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/db/new-id.ts';
import { type Db, openDb, type Tx } from '../../src/db/pool.ts';
import * as schema from '../../src/db/schema.ts';
import type { AnyId, WorkspaceId } from '../../src/domain/ids.ts';
import { refusalOf } from '../support/database-refusal.ts';
import { aFullHouse, type FullHouse } from '../support/full-house.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

/*
 * What the tables themselves hold, whatever the code above them does: workspaces never meet, and wrong states cannot be
 * written. Two workspaces with rows in every table; what a test changes it rolls back.
 */

const NOT_PERMITTED = '42501';
const FOREIGN_KEY = '23503';
const UNIQUE = '23505';
const CHECK = '23514';

const every = Object.values(schema)
  .filter((value) => is(value, PgTable))
  .map((table) => getTableConfig(table));
const allTables = every.map(({ name }) => name);
/** All but the two that are not a workspace's: the workspaces themselves, and the installation. */
const tables = allTables.filter((name) => name !== 'workspaces' && name !== 'installation');

let database: FreshDatabase;
let db: Db;
let ours: FullHouse;
let theirs: FullHouse;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({
    url: database.url,
    size: 2, // few, so that every test shares connections with the ones before it
    statementTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    acquireTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    onIdleError: () => undefined,
  });
  ours = await aFullHouse(db, 'ours');
  theirs = await aFullHouse(db, 'theirs');
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** Thrown at the end of work that is to leave no trace. */
class RollBack extends Error {}

/** Runs `work` in a transaction of its own and rolls it back: what the database says to it, null when nothing. */
async function triedAsSystem(work: (tx: Tx) => Promise<unknown>) {
  return refusalOf(
    db
      .asSystem(async (tx) => {
        await work(tx);
        throw new RollBack();
      })
      .catch((error: unknown) => {
        if (!(error instanceof RollBack)) throw error;
      }),
  );
}

async function triedInWorkspace(workspaceId: WorkspaceId, statement: SQL) {
  return refusalOf(
    db
      .inWorkspace(workspaceId, async (tx) => {
        await tx.execute(statement);
        throw new RollBack();
      })
      .catch((error: unknown) => {
        if (!(error instanceof RollBack)) throw error;
      }),
  );
}

const table = (name: string) => sql.identifier(name);
const countIn = async (tx: Tx, name: string, where: SQL = sql`true`): Promise<number> => {
  const { rows } = await tx.execute<{ n: number }>(sql`select count(*)::int as n from ${table(name)} where ${where}`);
  return rows[0]?.n ?? -1;
};

/** A session of the role that owns everything and migrates, as it is before it takes another role. */
async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('row-level security', () => {
  test('the database has the tables of the schema file and no others', async () => {
    const found = await asOwner((client) =>
      client.query("select tablename from pg_tables where schemaname = 'public'"),
    );
    expect(found.rows.map(({ tablename }) => tablename).sort()).toEqual([...allTables].sort());
  });

  test.each(allTables)('%s is under row-level security, for its owner too', async (name) => {
    const { rows } = await asOwner((client) =>
      client.query('select relrowsecurity, relforcerowsecurity from pg_class where oid = $1::regclass', [name]),
    );
    expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
  });

  test.each([...tables, 'workspaces'])('%s opens to one workspace for the app, to all for the system', async (name) => {
    const { rows } = await asOwner((client) =>
      client.query(
        `select policyname, permissive, roles::text[], cmd, qual, with_check
           from pg_policies where tablename = $1 order by policyname`,
        [name],
      ),
    );
    const column = name === 'workspaces' ? 'id' : 'workspace_id';
    const own = `(${column} = (NULLIF(current_setting('app.workspace'::text, true), ''::text))::uuid)`;
    const all = { permissive: 'PERMISSIVE', cmd: 'ALL' };
    expect(rows).toEqual([
      { ...all, policyname: 'own_workspace', roles: ['topo_app'], qual: own, with_check: own },
      { ...all, policyname: 'system', roles: ['topo_system'], qual: 'true', with_check: 'true' },
    ]);
  });

  test.each([...tables, 'workspaces'])('without a workspace %s is empty, though both have rows in it', async (name) => {
    const column = sql.identifier(name === 'workspaces' ? 'id' : 'workspace_id');
    for (const { workspaceId } of [ours, theirs])
      expect(await db.asSystem((tx) => countIn(tx, name, sql`${column} = ${workspaceId}`))).toBeGreaterThan(0);
    expect(await db.inWorkspace('' as WorkspaceId, (tx) => countIn(tx, name))).toBe(0);
    await asOwner(async (client) => {
      await client.query('set role topo_app'); // nobody has said anything about a workspace in this session
      expect((await client.query(`select from ${name}`)).rowCount).toBe(0);
    });
  });

  test.each(allTables)('the owner, who migrates, sees nothing of %s and can change nothing in it', async (name) => {
    await asOwner(async (client) => {
      expect((await client.query(`select from ${name}`)).rowCount).toBe(0);
      expect((await client.query(`delete from ${name}`)).rowCount).toBe(0);
    });
  });

  test('neither role may step around the policies or take more than it was given', async () => {
    const { rows } = await asOwner((client) =>
      client.query(
        `select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb
           from pg_roles where rolname in ('topo_app', 'topo_system') order by rolname`,
      ),
    );
    const none = { rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, rolcreatedb: false };
    expect(rows).toEqual([
      { rolname: 'topo_app', ...none },
      { rolname: 'topo_system', ...none },
    ]);
  });

  test('the app reads the installation and cannot touch it', async () => {
    expect(await db.inWorkspace(ours.workspaceId, (tx) => countIn(tx, 'installation'))).toBe(1);
    for (const statement of [
      sql`update installation set offset_ms = offset_ms + 1`,
      sql`update installation set sending_stopped = true`,
      sql`insert into installation (id) values (true)`,
      sql`delete from installation`,
      sql`truncate installation`,
    ])
      expect(await triedInWorkspace(ours.workspaceId, statement)).toMatchObject({ code: NOT_PERMITTED });
  });
});

describe('two workspaces', () => {
  test.each([...tables, 'workspaces'])('see, change and remove only their own rows of %s', async (name) => {
    const column = sql.identifier(name === 'workspaces' ? 'id' : 'workspace_id');
    for (const [us, them] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      await triedAs(us, async (tx) => {
        expect(await countIn(tx, name)).toBeGreaterThan(0);
        expect(await countIn(tx, name, sql`${column} <> ${us.workspaceId}`)).toBe(0);
        const theirRows = sql`where ${column} = ${them.workspaceId}`;
        expect((await tx.execute(sql`update ${table(name)} set ${column} = ${column} ${theirRows}`)).rowCount).toBe(0);
        expect((await tx.execute(sql`delete from ${table(name)} ${theirRows}`)).rowCount).toBe(0);
        expect((await tx.execute(sql`select from ${table(name)} ${theirRows} for update`)).rowCount).toBe(0);
      });
    }
  });

  test.each([...tables, 'workspaces'])('can write no row of %s into the other', async (name) => {
    const column = sql.identifier(name === 'workspaces' ? 'id' : 'workspace_id');
    const { rows } = await db.asSystem((tx) =>
      tx.execute<{ row: object }>(
        sql`select to_jsonb(t) as row from ${table(name)} t where ${column} = ${theirs.workspaceId} limit 1`,
      ),
    );
    const row = JSON.stringify(rows[0]?.row);
    const insert = sql`insert into ${table(name)} select * from jsonb_populate_record(null::${table(name)}, ${row})`;
    expect(await triedInWorkspace(ours.workspaceId, insert)).toMatchObject({ code: NOT_PERMITTED });

    if (name === 'template_versions') return; // its trigger speaks first: nobody changes a version
    const move = sql`update ${table(name)} set ${column} = ${theirs.workspaceId}`;
    expect(await triedInWorkspace(ours.workspaceId, move)).toMatchObject({ code: NOT_PERMITTED });
  });

  test('never meet in 2,000 interleaved transactions on two connections, failed ones among them', async () => {
    const houses = [ours, theirs];
    const seen = await Promise.all(
      Array.from({ length: 2_000 }, async (_, n) => {
        const { workspaceId } = houses[n % 2] ?? ours;
        const look = async (tx: Tx) => {
          const { rows } = await tx.execute<{ workspace_id: string }>(sql`select distinct workspace_id from contacts`);
          if (n % 7 === 0) throw new RollBack();
          return rows.map((row) => row.workspace_id);
        };
        if (n % 11 === 0) return db.asSystem(look).then((found) => found.length === 2, isRollBack);
        return db
          .inWorkspace(workspaceId, look)
          .then(([only, ...more]) => only === workspaceId && !more.length, isRollBack);
      }),
    );
    expect(seen.filter((right) => !right)).toEqual([]);
    expect(seen).toHaveLength(2_000);
  });
});

const isRollBack = (error: unknown) => error instanceof RollBack;

async function triedAs({ workspaceId }: FullHouse, work: (tx: Tx) => Promise<void>): Promise<void> {
  const undone = async (tx: Tx) => {
    await work(tx);
    throw new RollBack();
  };
  await expect(db.inWorkspace(workspaceId, undone)).rejects.toBeInstanceOf(RollBack);
}

describe('a reference', () => {
  type Case = readonly [table: string, column: string, foreign: keyof FullHouse['spare']];

  /** Each column that points at a row of a workspace, and what of another workspace it is pointed at here. */
  const references: readonly Case[] = [
    ['tokens', 'member_id', 'memberId'],
    ['accounts', 'member_id', 'memberId'],
    ['campaigns', 'template_id', 'templateId'],
    ['campaigns', 'owner_id', 'memberId'],
    ['campaign_progress', 'campaign_id', 'campaignId'],
    ['campaign_accounts', 'campaign_id', 'campaignId'],
    ['campaign_accounts', 'account_id', 'accountId'],
    ['enrolment_days', 'template_id', 'templateId'],
    ['connections', 'account_id', 'accountId'],
    ['connections', 'contact_id', 'contactId'],
    ['contact_points', 'contact_id', 'contactId'],
    ['sequences', 'email_point', 'pointId'],
    ['sequences', 'profile_point', 'pointId'],
    ['sequences', 'campaign_id', 'campaignId'],
    ['sequences', 'contact_id', 'contactId'],
    ['sequences', 'template_id', 'templateId'],
    ['sequences', 'email_account_id', 'accountId'],
    ['sequences', 'linkedin_account_id', 'accountId'],
    ['leads', 'campaign_id', 'campaignId'],
    ['leads', 'contact_id', 'contactId'],
    ['leads', 'sequence_id', 'sequenceId'],
    ['sequence_steps', 'sequence_id', 'sequenceId'],
    ['tasks', 'sequence_id', 'sequenceId'],
    ['tasks', 'step_id', 'stepId'],
    ['tasks', 'assignee_id', 'memberId'],
    ['deliveries', 'sequence_id', 'sequenceId'],
    ['deliveries', 'step_id', 'stepId'],
    ['deliveries', 'account_id', 'accountId'],
    ['slots', 'sequence_id', 'sequenceId'],
    ['slots', 'account_id', 'accountId'],
    ['mailboxes', 'account_id', 'accountId'],
    ['inbound_messages', 'account_id', 'accountId'],
    ['inbound_messages', 'sequence_id', 'sequenceId'],
    ['inbound_messages', 'contact_id', 'contactId'],
    ['invitations', 'account_id', 'accountId'],
    ['invitations', 'contact_id', 'contactId'],
    ['invitations', 'sequence_id', 'sequenceId'],
    ['linkedin_polls', 'account_id', 'accountId'],
    ['callbacks', 'account_id', 'accountId'],
    ['generations', 'sequence_id', 'sequenceId'],
    ['imports', 'campaign_id', 'campaignId'],
    ['import_rows', 'import_id', 'importId'],
    ['sessions', 'token_id', 'tokenId'],
    ['sign_in_codes', 'token_id', 'tokenId'],
  ];

  /** The one row that is moved, where a table has several: the one nothing else points at. */
  const rowOf: Readonly<Record<string, () => SQL>> = {
    accounts: () => sql`id = ${ours.spare.accountId}`,
    campaigns: () => sql`id = ${ours.spare.campaignId}`,
    imports: () => sql`id = ${ours.spare.importId}`,
    campaign_accounts: () => sql`account_id = ${ours.emailAccount}`,
    contact_points: () => sql`id = ${ours.spare.pointId}`,
    sequences: () => sql`id = ${ours.spare.sequenceId}`,
    leads: () => sql`contact_id = ${ours.contactId}`,
    sequence_steps: () => sql`step_id = ${ours.spare.stepId}`,
  };

  /** Unique keys that would speak first are out of the way: nothing of theirs points at their spares. */
  test.each(references)('%s.%s refuses an id of another workspace', async (name, column, foreign) => {
    const row = rowOf[name]?.() ?? sql`true`;
    const refusal = await triedAsSystem(async (tx) => {
      const moved = await tx.execute(
        sql`update ${table(name)} set ${sql.identifier(column)} = ${theirs.spare[foreign]}
             where workspace_id = ${ours.workspaceId} and ${row}`,
      );
      expect(moved.rowCount).toBe(1);
    });
    expect(refusal).toMatchObject({ code: FOREIGN_KEY, table: name });
  });

  test('template_versions.template_id refuses an id of another workspace', async () => {
    const refusal = await triedAsSystem((tx) =>
      tx.execute(sql`insert into template_versions (workspace_id, template_id, version, content, created_at)
                     values (${ours.workspaceId}, ${theirs.spare.templateId}, 9, '{}', now())`),
    );
    expect(refusal).toEqual({
      code: FOREIGN_KEY,
      table: 'template_versions',
      constraint: 'template_versions_template',
    });
  });

  test('contacts.merged_into refuses an id of another workspace', async () => {
    const refusal = await triedAsSystem((tx) =>
      tx.execute(sql`update contacts set email = null, profile = null, merged_into = ${theirs.spare.contactId}
                     where id = ${ours.contactId}`),
    );
    expect(refusal).toEqual({ code: FOREIGN_KEY, table: 'contacts', constraint: 'contacts_merged_into' });
  });

  test('none is left out above, and each includes the workspace', () => {
    const tried = new Set([
      ...references.map(([name, column]) => `${name}.${column}`),
      'template_versions.template_id',
      'contacts.merged_into',
    ]);
    for (const { name, foreignKeys } of every)
      for (const key of foreignKeys) {
        const { columns, foreignTable } = key.reference();
        const names = columns.map((column) => column.name);
        expect(names, `${name}: ${key.getName()}`).toContain('workspace_id');
        if (getTableConfig(foreignTable as PgTable).name === 'workspaces') continue;
        const pointing = names.filter((column) => !['workspace_id', 'template_version'].includes(column));
        for (const column of pointing) expect(tried).toContain(`${name}.${column}`);
      }
  });
});

describe('a wrong state', () => {
  const sequence = () => sql`id = ${ours.sequenceId}`;
  const task = () => sql`sequence_id = ${ours.sequenceId}`;
  const step = () => sql`sequence_id = ${ours.sequenceId} and position = 0`;
  const lead = () => sql`contact_id = ${ours.contactId}`;
  const campaign = () => sql`id = ${ours.campaignId}`;
  const template = () => sql`id = ${ours.templateId}`;
  const account = () => sql`id = ${ours.emailAccount}`;
  const contact = () => sql`id = ${ours.contactId}`;
  const point = () => sql`contact_id = ${ours.contactId}`;
  const mine = () => sql`workspace_id = ${ours.workspaceId}`;

  type Case = readonly [sentence: string, check: string, table: string, row: () => SQL, change: string];

  const cases: readonly Case[] = [
    ['an end without a reason', 'sequences_reason', 'sequences', sequence, "status = 'COMPLETED', ended_at = now()"],
    [
      'an end without an instant',
      'sequences_ended',
      'sequences',
      sequence,
      "status = 'COMPLETED', end_reason = 'no_more_steps'",
    ],
    [
      'an open sequence with an end',
      'sequences_ended',
      'sequences',
      sequence,
      "ended_at = now(), end_reason = 'no_more_steps'",
    ],
    ['an open sequence with a reason to end', 'sequences_reason', 'sequences', sequence, "end_reason = 'suppressed'"],
    [
      "an end for another status' reason",
      'sequences_reason_of_status',
      'sequences',
      sequence,
      "status = 'FAILED', ended_at = now(), end_reason = 'no_more_steps'",
    ],
    ['a sequence status nobody knows', 'sequences_status', 'sequences', sequence, "status = 'PAUSED'"],
    ['a workflow told more than there is to tell', 'sequences_told', 'sequences', sequence, 'told_seq = tell_seq + 1'],

    ['ENROLLED without a sequence', 'leads_enrolled', 'leads', lead, 'sequence_id = null'],
    ['a sequence for a lead who is not enrolled', 'leads_enrolled', 'leads', lead, "status = 'APPROVED'"],
    ['FAILED without a reason', 'leads_failure', 'leads', lead, "status = 'FAILED', sequence_id = null"],
    ['a reason without a failure', 'leads_failure', 'leads', lead, "failure = 'no_email'"],
    ['a lead status nobody knows', 'leads_status', 'leads', lead, "status = 'NEW', sequence_id = null"],

    [
      'a point of a kind nobody knows',
      'contact_points_kind',
      'contact_points',
      point,
      "kind = 'fax', mailbox_key = null",
    ],
    ['a point that nobody told of', 'contact_points_source', 'contact_points', point, "source = 'rumour'"],
    [
      'an address without its mailbox',
      'contact_points_mailbox_of_address',
      'contact_points',
      point,
      'mailbox_key = null',
    ],

    ['a settled task without an instant', 'tasks_settled', 'tasks', task, "status = 'COMPLETED'"],
    ['an open task with one', 'tasks_settled', 'tasks', task, 'settled_at = now()'],
    ['a manual task of no step', 'tasks_step_named', 'tasks', task, 'step_id = null'],
    ['a reply to read of one step', 'tasks_step_named', 'tasks', task, "kind = 'read_reply', manual_kind = null"],
    ['a reply to answer of one step', 'tasks_step_named', 'tasks', task, "kind = 'answer_reply', manual_kind = null"],
    ['a manual step of no kind', 'tasks_manual_kind', 'tasks', task, 'manual_kind = null'],
    ['an outcome before the end', 'tasks_outcome', 'tasks', task, "outcome = 'sent'"],
    ['a task status nobody knows', 'tasks_status', 'tasks', task, "status = 'DONE', settled_at = now()"],
    ['a task kind nobody knows', 'tasks_kind', 'tasks', task, "kind = 'lunch'"],

    ['DATA_STARTED without an instant', 'deliveries_started', 'deliveries', task, "state = 'DATA_STARTED'"],
    ['SENT without a beginning', 'deliveries_started', 'deliveries', task, "state = 'SENT', settled_at = now()"],
    ['UNCONFIRMED without a beginning', 'deliveries_started', 'deliveries', task, "state = 'UNCONFIRMED'"],
    ['a delivery state nobody knows', 'deliveries_state', 'deliveries', task, "state = 'BOUNCED'"],

    ['a step under way without words', 'sequence_steps_content', 'sequence_steps', step, 'content = null'],
    [
      'a step sent at no time',
      'sequence_steps_finished',
      'sequence_steps',
      step,
      "status = 'SENT', finished_at = null",
    ],
    ['a step kind nobody knows', 'sequence_steps_kind', 'sequence_steps', step, "kind = 'fax'"],
    ['a step status nobody knows', 'sequence_steps_status', 'sequence_steps', step, "status = 'STARTED'"],

    [
      'an active template never activated',
      'templates_activated_once_active',
      'templates',
      template,
      'activated_at = null',
    ],
    ['a template status nobody knows', 'templates_status', 'templates', template, "status = 'active'"],
    ['an approval mode nobody knows', 'templates_approval_mode', 'templates', template, "approval_mode = 'NONE'"],
    ['fewer leads a day than none', 'templates_target', 'templates', template, 'daily_leads_target = -1'],

    ['an ended campaign without an instant', 'campaigns_ended', 'campaigns', campaign, "status = 'ENDED'"],
    ['a running campaign with an end', 'campaigns_ended', 'campaigns', campaign, 'ended_at = now()'],
    ['a running campaign that never started', 'campaigns_started', 'campaigns', campaign, 'started_at = null'],
    ['a campaign status nobody knows', 'campaigns_status', 'campaigns', campaign, "status = 'STOPPED'"],

    [
      'an account that rests for ever',
      'accounts_resting_until',
      'accounts',
      account,
      "status = 'RESTING', resting_until = null",
    ],
    [
      'an account disconnected at no time',
      'accounts_disconnected_at',
      'accounts',
      account,
      "status = 'DISCONNECTED', disconnected_at = null",
    ],
    ['a paused account without a reason', 'accounts_paused_why', 'accounts', account, "status = 'PAUSED'"],
    [
      'a reason of an account that is not paused',
      'accounts_pause_lasts',
      'accounts',
      account,
      "paused_why = 'by_user'",
    ],
    [
      'a pause for a reason nobody knows',
      'accounts_paused_reason',
      'accounts',
      account,
      "status = 'PAUSED', paused_why = 'rain'",
    ],
    ['an account that sends less than nothing', 'accounts_daily_cap', 'accounts', account, 'daily_cap = -1'],
    ['an account with a gap of more than a day', 'accounts_gap', 'accounts', account, 'gap_seconds = 86401'],
    ['a bounce nobody knows', 'deliveries_bounce', 'deliveries', task, "bounce = 'odd', bounced_at = now()"],
    ['a bounce without an instant', 'deliveries_bounced_at', 'deliveries', task, "bounce = 'hard'"],
    ['an inbound message of no kind', 'inbound_messages_kind', 'inbound_messages', task, "kind = 'odd'"],
    ['an account channel nobody knows', 'accounts_channel', 'accounts', account, "channel = 'fax'"],
    ['an account status nobody knows', 'accounts_status', 'accounts', account, "status = 'OK'"],
    [
      'an account that invites more than LinkedIn takes',
      'accounts_invitations_per_day',
      'accounts',
      account,
      'invitations_per_day = 1001',
    ],
    [
      'an account that invites less than nobody in a week',
      'accounts_invitations_per_week',
      'accounts',
      account,
      'invitations_per_week = -1',
    ],
    ['an invitation withdrawn at once', 'accounts_withdraw_after', 'accounts', account, 'withdraw_after_days = 0'],
    ['a callback handled and kept', 'callbacks_event', 'callbacks', mine, 'handled_at = now()'],
    ['a generation for nothing', 'generations_purpose', 'generations', mine, "purpose = 'fun'"],
    ['an invitation in no state', 'invitations_state', 'invitations', mine, "state = 'LOST', settled_at = now()"],
    ['an invitation accepted at no time', 'invitations_settled', 'invitations', mine, "state = 'ACCEPTED'"],
    ['copy written by nobody we know', 'sequences_ai_writer', 'sequences', sequence, "ai_writer = 'muse'"],
    ['a slot for no kind of step', 'slots_kind', 'slots', task, "kind = 'fax'"],
    ['a contact erased and still reachable', 'contacts_reachable', 'contacts', contact, 'erased_at = now()'],
    ['a contact who cannot be reached', 'contacts_reachable', 'contacts', contact, 'email = null, profile = null'],
    ['a suppression kind nobody knows', 'suppressions_kind', 'suppressions', mine, "kind = 'country'"],
    ['a suppression reason nobody knows', 'suppressions_reason', 'suppressions', mine, "reason = 'mood'"],
  ];

  test.each(cases)('cannot be written: %s (%s)', async (_sentence, check, name, row, change) => {
    const refusal = await triedAsSystem(async (tx) => {
      const { rowCount } = await tx.execute(sql`update ${table(name)} set ${sql.raw(change)} where ${row()}`);
      expect(rowCount).toBe(1);
    });
    expect(refusal).toEqual({ code: CHECK, constraint: check, table: name });
  });

  const installations = [
    ['a second installation', 'installation_is_one_row', sql`insert into installation (id) values (false)`],
    [
      'a clock behind the real one',
      'installation_offset_never_negative',
      sql`insert into installation (offset_ms) values (-1)`,
    ],
  ] as const;

  test.each(installations)('cannot be written: %s (%s)', async (_sentence, check, statement) => {
    const refusal = await triedAsSystem((tx) => tx.execute(statement));
    expect(refusal).toEqual({ code: CHECK, constraint: check, table: 'installation' });
  });

  test('every check of the schema has its case', () => {
    const tried = new Set([...cases, ...installations].map(([, check]) => check));
    expect([...tried].sort()).toEqual(every.flatMap(({ checks }) => checks.map(({ name }) => name)).sort());
  });

  type Twin = readonly [sentence: string, key: string, table: string, row: () => SQL, own: readonly string[]];

  /** A copy of a row, with new values in the columns of `own` (which only say that it is another row). */
  const twins: readonly Twin[] = [
    ['two open sequences of one contact', 'sequences_one_open_per_contact', 'sequences', sequence, ['id']],
    ['one lead twice in a campaign', 'leads_once_per_campaign', 'leads', lead, ['id', 'sequence_id']],
    ['two leads of one sequence', 'leads_sequence', 'leads', lead, ['id', 'contact_id']],
    ['two contacts with one address', 'contact_points_key', 'contact_points', point, ['id', 'contact_id']],
    ['two deliveries of one step', 'deliveries_once_per_step', 'deliveries', task, ['id', 'message_id']],
    ['two deliveries with one Message-ID', 'deliveries_message_id', 'deliveries', task, ['id', 'step_id']],
    ['two open tasks of a kind for one step', 'tasks_one_open_per_step', 'tasks', task, ['id']],
    ['two steps at one place', 'sequence_steps_position', 'sequence_steps', step, ['step_id']],
    ['two slots at one instant of an account', 'slots_account_instant', 'slots', task, ['sequence_id']],
    ['two slots of one sequence', 'slots_pkey', 'slots', task, []],
    ['two accounts of one address', 'accounts_address', 'accounts', account, ['id']],
    ['one suppression twice', 'suppressions_entry', 'suppressions', mine, ['id']],
    ['two tokens with one hash', 'tokens_hash', 'tokens', mine, ['id']],
    ['one callback twice', 'callbacks_once', 'callbacks', mine, ['id']],
  ];

  test.each(twins)('cannot be written: %s (%s)', async (_sentence, key, name, row, own) => {
    const fresh = JSON.stringify(Object.fromEntries(own.map((column) => [column, newId<AnyId>()])));
    const refusal = await triedAsSystem((tx) =>
      tx.execute(sql`insert into ${table(name)} select (jsonb_populate_record(t, ${fresh})).*
                       from ${table(name)} t where t.workspace_id = ${ours.workspaceId} and ${row()}`),
    );
    expect(refusal).toEqual({ code: UNIQUE, constraint: key, table: name });
  });

  test('an event told twice under one key is one event; without a key it may be told again', async () => {
    const tell = (tx: Tx, key: string | null) =>
      tx.execute(sql`insert into events (id, workspace_id, kind, at, actor, key)
                     values (${newId<AnyId>()}, ${ours.workspaceId}, 'reply_recorded', now(), 'service', ${key})`);
    const twice = (key: string | null) =>
      triedAsSystem(async (tx) => {
        await tell(tx, key);
        await tell(tx, key);
      });
    expect(await twice('message 1')).toMatchObject({ code: UNIQUE, constraint: 'events_key' });
    expect(await twice(null)).toBeNull();
  });

  test('a contact is written to at a point of their own only, whichever of the two is written first', async () => {
    const writtenTo = (address: string) =>
      triedAsSystem(async (tx) => {
        await tx.execute(sql`update contacts set email = ${address} where ${contact()}`);
        await tx.execute(sql`set constraints all immediate`);
      });
    const { rows } = await db.asSystem((tx) =>
      tx.execute<{ key: string }>(sql`select key from contact_points where id = ${ours.spare.pointId}`),
    );
    for (const address of ['nobody@lead.example', String(rows[0]?.key)])
      expect(await writtenTo(address)).toMatchObject({ code: FOREIGN_KEY, constraint: 'contacts_email_is_a_point' });
  });

  test('a contact whose sequence has ended may have another, and a removed account leaves its address free', async () => {
    const refusal = await triedAsSystem(async (tx) => {
      await tx.execute(sql`update sequences set status = 'COMPLETED', end_reason = 'no_more_steps', ended_at = now()
                            where ${sequence()}`);
      await tx.execute(sql`insert into sequences (id, workspace_id, campaign_id, contact_id, template_id,
                                                  template_version, status, enrolled_at)
                           values (${newId<AnyId>()}, ${ours.workspaceId}, ${ours.campaignId}, ${ours.contactId},
                                   ${ours.templateId}, 1, 'ACTIVE', now())`);
      await tx.execute(sql`update accounts set status = 'REMOVED' where ${account()}`);
      const another = JSON.stringify({ id: newId<AnyId>(), status: 'CONNECTED' });
      await tx.execute(sql`insert into accounts select (jsonb_populate_record(t, ${another})).*
                             from accounts t where ${account()}`);
    });
    expect(refusal).toBeNull();
  });

  test('a template version is never changed and never removed, by nobody', async () => {
    for (const statement of [
      sql`update template_versions set content = '{}'`,
      sql`update template_versions set created_at = now()`,
      sql`delete from template_versions`,
    ]) {
      const expected = { code: 'P0001', message: expect.stringMatching(/^template version 1 of .* is immutable$/) };
      expect(await triedInWorkspace(ours.workspaceId, statement)).toMatchObject(expected);
      expect(await triedAsSystem((tx) => tx.execute(statement))).toMatchObject(expected);
    }
  });
});
