import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CsvReader } from '../../../src/adapters/csv-reader.ts';
import { createThreadedCsvReader } from '../../../src/adapters/threaded-csv-reader.ts';
import { eraseContact } from '../../../src/commands/contacts/erase-contact.ts';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { runImport } from '../../../src/commands/leads/run-import.ts';
import { startImport } from '../../../src/commands/leads/start-import.ts';
import { giveUpLease, leaseImport } from '../../../src/db/imports.ts';
import { newId } from '../../../src/db/new-id.ts';
import { contacts, events, imports } from '../../../src/db/schema.ts';
import type { CampaignId, ContactId, ImportId } from '../../../src/domain/ids.ts';
import { plainCsvReader } from '../../support/plain-csv-reader.ts';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';
import { until } from '../../support/until.ts';

/** These texts harm a thread of their own; every other is read where it is called. */
const harmful = ['spin', 'crash'];
const threaded = createThreadedCsvReader({
  entry: new URL('../../support/odd-csv-thread.ts', import.meta.url),
  atOnce: 1,
});
const csvReader: CsvReader = {
  read: (text, signal) => (harmful.includes(text) ? threaded : plainCsvReader).read(text, signal),
};

let api: Served;
beforeAll(async () => {
  api = await startServed({ deps: () => ({ csvReader }) });
});
afterAll(() => api.close());

const email = content(steps('email'), { schedule: always });
let campaignId: CampaignId;
beforeEach(async () => {
  ({ campaignId } = await api.campaign({ content: email, leads: 0, settings: { approvalMode: 'MANUAL_REVIEW' } }));
});

let unique = 0;
const address = () => `row${unique++}@lead.example`;

interface Sent {
  text: string;
  mapping?: (string | null)[];
  approve?: boolean;
}
const handIn = ({ text, mapping = ['email', 'first_name'], approve }: Sent) =>
  api.post(`/app/api/campaigns/${campaignId}/imports`, { file_name: 'leads.csv', text, mapping, approve });

const finished = (id: string) => {
  let done = 0;
  return until(
    async () => {
      const { body } = await api.get(`/app/api/imports/${id}`);
      done = body.done;
      return body.finished_at === null ? null : body;
    },
    'the end of the import',
    () => `row ${done}`,
  );
};

const rowsOf = async (id: string, query = '') =>
  (await api.get(`/app/api/imports/${id}/rows?size=100${query}`)).body.items;

const outcomesOf = async (id: string) =>
  (await rowsOf(id)).map(({ row, outcome }: { row: number; outcome: string }) => [row, outcome]);

describe('a file that is read', () => {
  test('answers its columns, what they seem to mean and what is in them, and keeps nothing', async () => {
    const text =
      'Work Email;First name;Favourite Tool;;Mail\na@lead.example;Ada;Notion;x;\n;;;;\nb@lead.example;"Bo;b";N/A;;\n';
    const { status, body } = await api.post('/app/api/imports/read', { text });
    expect(status).toBe(200);
    expect(body).toEqual({
      rows: 2,
      columns: [
        { header: 'Work Email', means: 'email', samples: ['a@lead.example', 'b@lead.example'], filled: 2 },
        { header: 'First name', means: 'first_name', samples: ['Ada', 'Bo;b'], filled: 2 },
        { header: 'Favourite Tool', means: 'custom.favourite_tool', samples: ['Notion'], filled: 1 },
        { header: '', means: null, samples: ['x'], filled: 1 },
        { header: 'Mail', means: null, samples: [], filled: 0 }, // the address is there already
      ],
    });
    expect((await api.get(`/app/api/campaigns/${campaignId}/imports`)).body.items).toEqual([]);
  });

  test('that is no table is refused in words', async () => {
    expect((await api.post('/app/api/imports/read', { text: '' })).body.detail).toBe(
      'the file is empty: its first line names the columns',
    );
  });

  test('of more rows than are taken is refused, before it is read to its end', async () => {
    const { status, body } = await api.post('/app/api/imports/read', { text: `n\n${'1\n'.repeat(50_001)}` });
    expect([status, body.detail]).toEqual([422, 'the file has more than 50000 rows: split it']);
  });

  test('of more than 10 MB is refused', async () => {
    const { status, body } = await api.post('/app/api/imports/read', { text: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect([status, body.code]).toEqual([413, 'body_too_large']);
  });
});

describe('a file that would be read for good', () => {
  const read = { method: 'POST', url: '/app/api/imports/read', payload: { text: 'spin' } } as const;
  const headersOf = ({ token }: Served) => ({ authorization: `Bearer ${token}` });

  test('holds nobody up: others are answered, another file is refused for now, and it ends when its client goes', async () => {
    const origin = await api.listen();
    const leaving = new AbortController();
    const reading = fetch(`${origin}${read.url}`, {
      method: 'POST',
      headers: { ...headersOf(api), 'content-type': 'application/json' },
      body: JSON.stringify(read.payload),
      signal: leaving.signal,
    }).then(
      () => 'answered',
      () => 'gone',
    );
    await until(() => threaded.threads() === 1);
    for (let n = 0; n < 20; n++) expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const second = await api.app.inject({ ...read, headers: headersOf(api) });
    expect([second.statusCode, second.headers['retry-after']]).toEqual([503, '2']);
    expect(second.json().detail).toBe('as many files as may be at once are being read (1): try again in a moment');
    expect(threaded.threads()).toBe(1);

    leaving.abort();
    expect(await reading).toBe('gone');
    await until(() => threaded.threads() === 0);
  });

  test('ends when the server stops, which asks to try again', async () => {
    const stopping = await startServed({ deps: () => ({ csvReader }) });
    const reading = stopping.app.inject({ ...read, headers: headersOf(stopping) });
    await until(() => threaded.threads() === 1);
    await stopping.close();
    const { statusCode, headers } = await reading;
    expect([statusCode, headers['retry-after'], threaded.threads()]).toEqual([503, '5', 0]);
  });

  test('that breaks its thread is a fault of ours, and the door goes on', async () => {
    const { status, body } = await api.post('/app/api/imports/read', { text: 'crash' });
    expect([status, body.code]).toEqual([500, 'internal_error']);
    expect((await api.post('/app/api/imports/read', { text: 'email\n' })).status).toBe(200);
  });
});

describe('an import', () => {
  test('answers before its rows are worked off, and then has an outcome for each', async () => {
    const [known, fresh, suppressed, elsewhere] = [address(), address(), address(), address()];
    await api.post(`/v1/campaigns/${campaignId}/leads`, { rows: [{ email: known }] });
    await suppress(api.commands, api.house.caller, [{ kind: 'address', value: suppressed, reason: 'asked_by_user' }]);
    const other = await api.campaign({ content: email, leads: [{ email: elsewhere }] });
    await api.enrol(other.campaignId);
    const text = [
      'email,first_name,city',
      `${fresh},Ada,Paris`,
      `${known},Bea,Rome`,
      `${elsewhere},Cem,Oslo`,
      `${suppressed},Dan,Bonn`,
      'not an address,Eve,Lyon',
      `${fresh.toUpperCase()},Ada again,Nice`,
      ',Nobody,Graz',
      `${address()},Too,many,columns`,
    ].join('\n');
    const { status, body } = await handIn({ text, mapping: ['email', 'first_name', 'custom.city'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({ campaign_id: campaignId, file_name: 'leads.csv', rows: 8, finished_at: null });

    expect(await finished(body.id)).toMatchObject({
      done: 8,
      totals: {
        pending_review: 1,
        approved: 0,
        already_in_campaign: 1,
        in_other_sequence: 1,
        suppressed: 1,
        conflict: 0,
        duplicate_in_request: 1,
        invalid: 3,
      },
    });
    const rows = await rowsOf(body.id);
    expect(
      rows.map(({ row, outcome, detail }: { row: number; outcome: string; detail: string | null }) => [
        row,
        outcome,
        detail,
      ]),
    ).toEqual([
      [2, 'pending_review', null],
      [3, 'already_in_campaign', null],
      [4, 'in_other_sequence', null],
      [5, 'suppressed', null],
      [6, 'invalid', expect.stringMatching(/^email: "not an address"/)],
      [7, 'duplicate_in_request', 'the same person as in row 2'],
      [8, 'invalid', 'an email address or a LinkedIn profile is needed, the row has neither'],
      [9, 'invalid', 'has 4 columns, the header has 3'],
    ]);
    expect((await rowsOf(body.id, '&outcome=suppressed')).map(({ lead }: { lead: string }) => lead)).toEqual([
      suppressed,
    ]);
    const [contact] = await api.db.asSystem((tx) => tx.select().from(contacts).where(eq(contacts.email, fresh)));
    expect(contact).toMatchObject({ firstName: 'Ada', custom: { city: 'Paris' } });
    const told = await api.db.asSystem((tx) => tx.select().from(events).where(eq(events.kind, 'leads_imported')));
    expect(told.filter((event) => event.campaignId === campaignId).map(({ data }) => data)).toEqual([
      { import: body.id, added: 1 },
    ]);
  });

  test('that is repeated adds nobody', async () => {
    const text = `email,first_name\n${address()},Ada\n${address()},Bo\n`;
    await finished((await handIn({ text })).body.id);
    const { totals } = await finished((await handIn({ text })).body.id);
    expect(totals).toMatchObject({ pending_review: 0, approved: 0, already_in_campaign: 2 });
  });

  test('approves when it is told to, also what waited since an earlier one', async () => {
    const [waiting, fresh] = [address(), address()];
    await api.post(`/v1/campaigns/${campaignId}/leads`, { rows: [{ email: waiting }] });
    const { body } = await handIn({ text: `email,first_name\n${waiting},Ada\n${fresh},Bo\n`, approve: true });
    expect((await finished(body.id)).totals).toMatchObject({ approved: 2, already_in_campaign: 0 });
    expect((await api.get(`/v1/campaigns/${campaignId}/leads?status=APPROVED`)).body.total_count).toBe(2);
  });

  test('keeps what cannot be stored to its own row', async () => {
    const text = `email,first_name\n${address()},nul \0 here\n${address()},${'x'.repeat(5_001)}\n${address()},Ada\n`;
    const { body } = await handIn({ text });
    await finished(body.id);
    expect(await outcomesOf(body.id)).toEqual([
      [2, 'invalid'],
      [3, 'invalid'],
      [4, 'pending_review'],
    ]);
  });

  test.each([
    ['a mapping that says nobody', ['first_name', null], /neither an email nor a linkedin_url/],
    ['a mapping that says something twice', ['email', 'email'], /says email twice/],
    ['a mapping of other columns', ['email'], /names 1 columns, the file has 2/],
    ['a mapping to what there is not', ['email', 'phone'], /"phone" is no column of leads/],
  ])('%s is refused, and nothing is kept', async (_, mapping, told) => {
    const { status, body } = await handIn({ text: `email,x\n${address()},y\n`, mapping });
    expect([status, body.code]).toEqual([422, 'invalid']);
    expect(body.detail).toMatch(told);
    expect((await api.get(`/app/api/campaigns/${campaignId}/imports`)).body.items).toEqual([]);
  });

  test('into an ended campaign is refused; one that ends meanwhile is the outcome of the rest', async () => {
    const id = await startImport(api.commands, api.house.caller, {
      campaignId,
      fileName: 'x.csv',
      approve: false,
      rows: [{ row: 2, cells: { email: address() } }],
    });
    await api.post(`/v1/campaigns/${campaignId}/end`);
    expect(await runImport(api.commands, { id, workspaceId: api.house.workspaceId })).toBe(true);
    expect((await rowsOf(id))[0]).toMatchObject({ outcome: 'invalid', detail: 'the campaign takes no leads any more' });
    expect((await handIn({ text: `email,first_name\n${address()},Ada\n` })).status).toBe(409);
  });

  test('of another workspace is not there, and a token without the scope is told so', async () => {
    const { body } = await handIn({ text: `email,first_name\n${address()},Ada\n` });
    const stranger = await api.tokenOf(await aHouse(api.db));
    for (const path of ['', '/rows', '/rows.csv'])
      expect((await api.get(`/app/api/imports/${body.id}${path}`, stranger)).status, path).toBe(404);
    expect((await api.get(`/app/api/imports/${newId()}`)).status).toBe(404);
    const reader = await api.tokenOf(api.house, ['campaigns:read']);
    const refused = await api.post('/app/api/imports/read', { text: 'a' }, reader);
    expect(refused.body.detail).toBe('this needs the scope campaigns:write');
  });
});

describe('an import whose worker dies', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ row: n + 2, cells: { email: address() } }));
  const abandoned = async (count: number) =>
    startImport(api.commands, api.house.caller, { campaignId, fileName: 'x.csv', approve: false, rows: many(count) });
  const ref = (id: ImportId) => ({ id, workspaceId: api.house.workspaceId });

  test('is finished by the reconciler', async () => {
    const id = await abandoned(3);
    await api.repair();
    expect((await api.get(`/app/api/imports/${id}`)).body).toMatchObject({ done: 3, totals: { pending_review: 3 } });
  });

  test('goes on where it stood: every row has the one outcome it really had', async () => {
    const id = await abandoned(120);
    const stop = new AbortController();
    let rows = 0;
    const db: typeof api.db = {
      ...api.db,
      // Dies in the middle of a page, between two rows.
      inWorkspace: (workspaceId, work) =>
        ++rows > 90 ? Promise.reject(new Error('killed')) : api.db.inWorkspace(workspaceId, work),
    };
    await expect(runImport({ ...api.commands, db }, ref(id), stop.signal)).rejects.toThrow('killed');
    const { done } = (await api.get(`/app/api/imports/${id}`)).body;
    expect(done).toBeGreaterThan(50);
    expect(done).toBeLessThan(120);
    await api.db.asSystem((tx) => tx.update(imports).set({ leasedUntil: 0 }).where(eq(imports.id, id))); // its lease ran out
    expect(await runImport(api.commands, ref(id))).toBe(true);
    expect((await api.get(`/app/api/imports/${id}`)).body).toMatchObject({
      done: 120,
      totals: { pending_review: 120 },
    });
  });

  test('is not worked on by two at once', async () => {
    const id = await abandoned(60);
    const lease = await api.db.inWorkspace(api.house.workspaceId, (tx) => leaseImport(tx, id));
    if (!lease) throw new Error('nobody has it yet');
    expect(await runImport(api.commands, ref(id))).toBe(false);
    expect((await api.get(`/app/api/imports/${id}`)).body.done).toBe(0);
    await api.db.inWorkspace(api.house.workspaceId, (tx) => giveUpLease(tx, lease));
    const both = await Promise.all([runImport(api.commands, ref(id)), runImport(api.commands, ref(id))]);
    expect(both.sort()).toEqual([false, true]);
    expect((await api.get(`/app/api/imports/${id}`)).body.totals.pending_review).toBe(60);
  });

  test('gives its lease up when it is told to stop, so that another goes on at once', async () => {
    const id = await abandoned(2);
    expect(await runImport(api.commands, ref(id), AbortSignal.abort())).toBe(false);
    expect(await runImport(api.commands, ref(id))).toBe(true);
  });
});

describe('the rows as a file', () => {
  test('have what became of them beside what they said, and no cell that a spreadsheet would run', async () => {
    const [one, other, third] = [address(), address(), address()];
    const text = `email,first_name,note\n${one},"=HYPERLINK(""http://x.example"")","a ""quote"", and more"\n${other},+1 555 0100,@cmd\nbad,-2,ok\n${third},ZoÃ©,\n`;
    const { body } = await handIn({ text, mapping: ['email', 'first_name', 'custom.note'] });
    await finished(body.id);
    const answer = await api.app.inject({
      url: `/app/api/imports/${body.id}/rows.csv`,
      headers: { authorization: `Bearer ${api.token}` },
    });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="leads-outcomes.csv"');
    const lines = answer.body.split('\r\n');
    expect(lines[0]).toBe('row,outcome,why,custom.note,email,first_name');
    expect(lines[1]).toBe(`2,pending_review,,"a ""quote"", and more",${one},"'=HYPERLINK(""http://x.example"")"`);
    expect(lines[2]).toBe(`3,pending_review,,'@cmd,${other},'+1 555 0100`);
    expect(lines[3]).toMatch(/^4,invalid,"email: .*",ok,bad,'-2$/);
    const odd = 'first_name: “ZoÃ©” was read in the wrong encoding, it probably says “Zoé”';
    expect(lines[4]).toBe(`5,pending_review,"${odd}",,${third},ZoÃ©`);
    expect(lines).toHaveLength(6);
    expect((await rowsOf(body.id))[3]).toMatchObject({ outcome: 'pending_review', detail: odd });
  });

  test('forget a person who is erased, however their address and profile were written', async () => {
    const [one, other] = [address(), address()];
    const profile = 'linkedin.com/in/Row-Ren%C3%A9e?trk=x';
    const mapping = ['email', 'linkedin_url', 'first_name'];
    const header = 'email,linkedin,first_name';
    const files = [
      `${header}\n${one.toUpperCase()},${profile},Ada\n${other},none,Bo\n`,
      // Whoever says another address of theirs says theirs, too.
      `${header}\n${address()},${profile},Ada\n`,
    ];
    const ids = [];
    for (const text of files) {
      const { body } = await handIn({ text, mapping });
      await finished(body.id);
      ids.push(body.id);
    }
    const [{ id: erased } = { id: newId<ContactId>() }] = await api.db.asSystem((tx) =>
      tx.select({ id: contacts.id }).from(contacts).where(eq(contacts.email, one)),
    );
    await eraseContact(api.commands, api.house.caller, erased);
    const kept = await Promise.all(ids.map((id) => rowsOf(id)));
    expect(kept.flat()).toMatchObject([
      { outcome: 'pending_review', lead: '', name: '', detail: null },
      { outcome: 'pending_review', lead: other, name: 'Bo', detail: null },
      { outcome: 'conflict', lead: '', name: '', detail: null },
    ]);
  });
});
