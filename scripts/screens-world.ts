import { asc, eq } from 'drizzle-orm';
import { reconcileOnce } from '../src/activities/repair.ts';
import { createImapMailboxes } from '../src/adapters/imap-mailbox.ts';
import { createLinkedInCallbacks } from '../src/adapters/linkedin-callbacks.ts';
import type { Mailer } from '../src/adapters/mailer.ts';
import { offlineWriter } from '../src/adapters/offline-writer.ts';
import { createSmtpMailer } from '../src/adapters/smtp-mailer.ts';
import { createThreadedCsvReader } from '../src/adapters/threaded-csv-reader.ts';
import { createApp } from '../src/api/app.ts';
import type { ApiDeps } from '../src/api/deps.ts';
import type { Caller } from '../src/commands/deps.ts';
import { createCallbackQueue } from '../src/commands/inbound/handle-callback.ts';
import { importLeads, type LeadRow } from '../src/commands/leads/import-leads.ts';
import { editTemplate } from '../src/commands/templates/edit-template.ts';
import { moveClockTo } from '../src/db/clock.ts';
import { contacts, sequenceSteps, sequences, tasks } from '../src/db/schema.ts';
import { readTemplate } from '../src/db/templates.ts';
import { createConductor } from '../src/dev/clock/conductor.ts';
import { type DemoEngine, startDemoEngine } from '../src/dev/demo/engine.ts';
import { exampleLeads } from '../src/dev/demo/leads.ts';
import { act, type Person } from '../src/dev/demo/people.ts';
import { createDevTools } from '../src/dev/dev-tools.ts';
import { LOCAL_ACCOUNT } from '../src/dev/linkedin/people.ts';
import type { Parts } from '../src/dev/parts.ts';
import { readNow } from '../src/dev/read-now.ts';
import { ensureDevToken, type Seed, seed } from '../src/dev/seed.ts';
import { HOUR_MS } from '../src/domain/durations.ts';
import { type CampaignId, idOf, type TemplateId } from '../src/domain/ids.ts';
import { CUT, called, draftTemplate, eventTemplate, outreach, unclear, visitors } from './screens-story.ts';

/** A Monday morning, and the Thursday of the week after, when the pictures are taken. */
const START = Date.parse('2030-03-18T06:00:00Z');
const LAST = Date.parse('2030-03-28T09:40:00Z');

type Call = (method: string, path: string, body?: unknown) => Promise<{ id: string }>;

/** Everything that the pictures show: two weeks in the life of a small workspace. */
export async function openWorld(parts: Parts, webRoot: string) {
  const smtp = createSmtpMailer();
  const mail = { mailer: cutting(smtp), mailboxes: createImapMailboxes() };
  const engine = await startDemoEngine({ ...parts, mail });
  await engine.db.asSystem((tx) => moveClockTo(tx, START));
  const pace = { dailyCap: 50, gapSeconds: 60, invitationsPerDay: 20, invitationsPerWeek: 80 };
  const house = await seed(engine.db, parts, pace);
  const world = aWorldOf(engine, parts, house);
  const deps = apiDeps(engine, parts, { webRoot, mailer: smtp, virtualTime: world.conductor });
  let app = await createApp(deps);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const token = await ensureDevToken(engine.db, house, parts.dataDir);
  const call = callerOf(url, token);
  const shown = await live(engine, world, call, house);
  return {
    url,
    token,
    ...shown,
    /** As a restart would: the page may have been built anew. */
    async restart() {
      await app.close();
      app = await createApp(deps);
      await app.listen({ host: '127.0.0.1', port: Number(new URL(url).port) });
    },
    async stop() {
      await app.close();
      await engine.stop();
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A server that falls silent after the body of one message. */
const cutting = (mailer: Mailer): Mailer => ({
  ...mailer,
  async send(settings, envelope, raw, beforeBody, signal) {
    if (envelope.to !== CUT) return mailer.send(settings, envelope, raw, beforeBody, signal);
    return (await beforeBody())
      ? { kind: 'unknown', detail: 'the connection was cut' }
      : { kind: 'permissionWithdrawn' };
  },
});

function apiDeps(
  engine: DemoEngine,
  parts: Parts,
  { webRoot, mailer, virtualTime }: Pick<ApiDeps, 'mailer' | 'virtualTime'> & { webRoot: string },
): ApiDeps {
  const { linkedIn, mailboxes, unsubscribeLinks } = engine.deps;
  return {
    ...engine.commands,
    log: engine.log,
    site: { webRoot, publicUrl: null, temporalUi: 'http://127.0.0.1:8233/namespaces/default/workflows' },
    unsubscribeLinks,
    isTemporalReady: async () => true,
    virtualTime,
    dev: createDevTools({ mailbox: parts.mailbox.pageUrl, linkedIn: `${parts.linkedIn.url}/` }),
    mailer,
    csvReader: createThreadedCsvReader(),
    mailboxes,
    linkedIn,
    linkedInCallbacks: createLinkedInCallbacks({ secret: parts.linkedInCallbackSecret }),
    handleCallback: createCallbackQueue({ ...engine.deps, ...engine.commands }).push,
    writer: offlineWriter,
    vault: parts.vault,
    allowPrivateHosts: true,
    realMail: null,
  };
}

const callerOf =
  (url: string, token: string): Call =>
  async (method, path, body) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? { id: '' } : JSON.parse(text);
  };

/** The simulated people act every six hours. */
function aWorldOf(engine: DemoEngine, parts: Parts, house: Seed) {
  const people = new Map<string, Person>();
  const words = [...unclear];
  const written = new Set<string>();
  const deps = {
    commands: engine.commands,
    caller: house.caller,
    linkedInAccount: house.linkedInAccount,
    accept: (profile: string) => parts.linkedIn.accept(LOCAL_ACCOUNT, profile),
    async write(email: string, answer: Parameters<Parameters<typeof act>[0]['write']>[1], now: number) {
      const got = (await parts.mailbox.messages()).findLast(({ envelope }) => envelope.recipients.includes(email));
      if (!got || written.has(email)) return got !== undefined;
      written.add(email);
      const isUnclear = answer.kind === 'reply' && answer.text.startsWith('Hm.');
      await parts.mailbox.answer(got.id, { ...answer, ...(isUnclear ? { text: words.shift() ?? '' } : {}), at: now });
      return true;
    },
  };
  const conductor = createConductor({
    db: engine.db,
    walks: engine.walks,
    reconcile: () => reconcileOnce(engine.deps, { sweeps: false }),
    skipper: engine.skipper,
    async act(now) {
      for (const seen of await watch(engine, people)) await act(deps, seen, now);
      await readNow(engine.deps, engine.commands, house.emailAccount);
      await engine.announcer.settled();
    },
  });
  return { conductor, people, parts };
}

/** Every sequence as it stands, with its contact's person. */
const watch = ({ db }: DemoEngine, people: ReadonlyMap<string, Person>) =>
  db.asSystem(async (tx) => {
    const rows = await tx
      .select({ sequence: sequences, contact: contacts })
      .from(sequences)
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .orderBy(asc(sequences.id));
    const steps = await tx.select().from(sequenceSteps).orderBy(asc(sequenceSteps.position));
    const open = await tx.select().from(tasks).orderBy(asc(tasks.id));
    return rows.map(({ sequence, contact: { email, profile } }) => ({
      sequence,
      steps: steps.filter(({ sequenceId }) => sequenceId === sequence.id),
      tasks: open.filter(({ sequenceId }) => sequenceId === sequence.id),
      person: people.get(email ?? '') ?? { name: 'never answers' },
      profile,
      email,
    }));
  });

/** Fills the workspace, lets its days pass, and says what of it the pictures show. */
async function live(
  engine: DemoEngine,
  { conductor, people, parts }: ReturnType<typeof aWorldOf>,
  call: Call,
  { caller, campaignId, templates, emailAccount, linkedInAccount }: Seed,
) {
  const [outreachTemplate, callTemplate] = templates;
  if (!outreachTemplate || !callTemplate) throw new Error('the example templates are missing');
  const robin = await furnish(call, parts);
  const leads = await exampleLeads();
  const [first, waiting, toCall] = [leads.slice(0, 20), leads.slice(20, 26), leads.slice(26, 34)];
  for (const [index, { email = '' }] of first.entries())
    people.set(email, outreach[index] ?? { name: 'never answers' });
  for (const [email, { bounces }] of people) if (bounces) parts.mailbox.refuse(email, 550, '5.1.1 no such user');
  for (const [index, { email = '' }] of toCall.entries()) people.set(email, called[index] ?? { name: 'never answers' });
  await perDay(engine, caller, outreachTemplate, 5);
  await perDay(engine, caller, callTemplate, 3);
  const propose = (id: CampaignId, rows: LeadRow[], approve: boolean) =>
    importLeads(engine.commands, caller, { campaignId: id, rows, approve });
  const account_ids = [emailAccount, linkedInAccount];
  const aCampaign = async (name: string, template_id: string) =>
    idOf<CampaignId>((await call('POST', '/v1/campaigns', { name, template_id, account_ids })).id);

  await propose(campaignId, first, true);
  await propose(campaignId, waiting, false);
  const calls = await aCampaign('Calls to directors', callTemplate);
  await propose(calls, toCall, true);
  const fair = await call('POST', '/app/api/templates', { ...eventTemplate, activate: true });
  const draft = await call('POST', '/app/api/templates', draftTemplate);
  const event = await aCampaign('After the spring fair', fair.id);
  await aCampaign('Renewals, autumn', draft.id);
  for (const id of [campaignId, calls]) await call('POST', `/v1/campaigns/${id}/start`);
  await conductor.forward(START + 8 * 24 * HOUR_MS);
  await propose(event, visitors, true);
  await call('POST', `/v1/campaigns/${event}/start`);
  await conductor.forward(LAST);
  await call('POST', `/v1/accounts/${robin}/pause`);
  await call('POST', `/v1/campaigns/${event}/pause`);
  await engine.announcer.settled();
  return { campaignId, templateId: outreachTemplate, draftId: draft.id };
}

/** Spread over the days, so that each contact is somewhere else. */
async function perDay({ db, commands }: DemoEngine, caller: Caller, templateId: TemplateId, dailyLeadsTarget: number) {
  const { template, content } = await db.inWorkspace(caller.workspaceId, (tx) => readTemplate(tx, templateId));
  const { name, summary, approvalMode, version: madeOn } = template;
  const settings = { name, summary, approvalMode, dailyLeadsTarget };
  await editTemplate(commands, caller, { templateId, madeOn, settings, content });
}

/** A colleague with an account and a token, what the writer is told, and who is never written to. Returns the account. */
async function furnish(call: Call, { mailbox, imapPassword }: Parts): Promise<string> {
  const robin = await call('POST', '/app/api/members', { name: 'Robin Keller', email: 'robin@northwind.example' });
  await call('POST', '/app/api/tokens', {
    name: 'CRM export',
    member_id: null,
    scopes: ['sequences:read', 'campaigns:read', 'contacts:read'],
    expires_in_days: 90,
  });
  await call('PUT', '/app/api/context', {
    ideal_customer: 'Companies of 50 to 1000 people with a support team of their own, in retail, travel and logistics.',
    value_proposition:
      'Fewer tickets: we find the questions that come back every week and draft the page that ends them.',
    competitors: 'Rival Tools: cheaper, but reads English only.',
    tone: 'Plain and friendly, short sentences, no superlatives.',
  });
  await call('POST', '/v1/suppressions', {
    entries: [
      { kind: 'domain', value: 'rival-tools.example' },
      { kind: 'address', value: 'legal@old-customer.example' },
    ],
  });
  const local = { host: '127.0.0.1', tls: 'none' };
  const { id } = await call('POST', '/v1/accounts', {
    channel: 'email',
    address: 'robin@northwind.example',
    member_id: robin.id,
    timezone: 'Europe/Berlin',
    smtp: { ...local, port: mailbox.smtpPort },
    imap: { ...local, port: mailbox.imapPort, user: 'robin@northwind.example', password: imapPassword },
  });
  return id;
}
