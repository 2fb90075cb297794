import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/domain/durations.ts';
import { idOf, type SequenceId } from '../../src/domain/ids.ts';
import { commandLine, type Ran } from '../support/command-line.ts';
import { TUESDAY_1000 } from '../support/deeds.ts';
import { rounds } from '../support/rounds.ts';
import { always, content, steps, weekdays } from '../support/scenario.ts';
import { type Served, startServed } from '../support/served.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const example = (name: string) => join(project, 'examples', name);

let api: Served;
let url: string;
let topo: (...argv: string[]) => Promise<Ran>;
let folder: string;
/** What happens while the clock goes forward. */
let meanwhile: () => Promise<unknown> = async () => undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'topo-cli-'));
  api = await startServed({
    virtualTime: (deeds) => ({
      async forward(to) {
        const target = to === 'next' ? TUESDAY_1000 + DAY_MS : to;
        await meanwhile();
        await deeds.moveTo(target);
        return { from: TUESDAY_1000, to: target, rounds: 1 };
      },
    }),
  });
  url = await api.listen();
  topo = commandLine({ TOPO_URL: url, TOPO_TOKEN: api.token });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string | Uint8Array) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const idIn = ({ out }: Ran) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(out)?.[0] ?? 'none';
const json = ({ out }: Ran) => JSON.parse(out);

const email = content(steps('email', 'email'), { schedule: always });
const draft = async () =>
  (await api.campaign({ content: email, leads: 0, settings: { approvalMode: 'MANUAL_REVIEW' } })).campaignId;

let unique = 0;
async function aSequence(...kinds: Parameters<typeof steps>) {
  const { campaignId } = await api.campaign({
    content: content(steps(...kinds), { schedule: weekdays }),
    leads: [{ email: `cli${unique++}@lead.example`, firstName: 'Renée', lastName: 'Fontaine', company: 'Engines' }],
  });
  const [id = 'none'] = await api.enrol(campaignId);
  return { id, campaignId };
}
const passStep = async (id: string) => {
  const { next } = (await api.get(`/v1/sequences/${id}`)).body;
  await api.performStep(idOf<SequenceId>(id), Date.parse(next.at) + 60_000);
};

describe('template import', () => {
  test('makes a template of the example and activates it', async () => {
    const ran = await topo('template', 'import', example('template.json'), '--activate');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      /^Template [0-9a-f-]{36} \('Support leaders: email and LinkedIn, two weeks', 5 steps\) is ACTIVE\.$/,
    );
    const listed = await topo('template', 'list', '--status', 'active');
    expect(listed.out).toContain(idIn(ran));
  });

  test('says what keeps a draft from being activated', async () => {
    const file = write(
      'draft.json',
      JSON.stringify({ ...JSON.parse(readFileSync(example('template.json'), 'utf8')), name: null }),
    );
    const { code, out } = await topo('template', 'import', file);
    expect(code).toBe(0);
    expect(out).toMatch(/is PENDING_SETUP\.\nBefore it can be activated:\n {2}name: a template needs a name/);
  });

  test('names every wrong place of a file on the error stream', async () => {
    const template = JSON.parse(readFileSync(example('template.json'), 'utf8'));
    template.steps[2].delay.value = 'four';
    template.timezone = 'Paris';
    const { code, out, err } = await topo('template', 'import', write('wrong.json', JSON.stringify(template)));
    expect([code, out]).toEqual([1, '']);
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/^topo: /),
      '  timezone: expected an IANA time zone such as "Europe/Paris"',
      '  steps[2].delay.value: Invalid input: expected number, received string',
    ]);
  });

  test.each([
    ['missing.json', undefined, /missing\.json cannot be read: ENOENT/],
    ['broken.json', '{ "name": ', /broken\.json is not JSON: /],
    ['list.json', '[]', /list\.json holds no JSON object/],
  ])('%s is told in one line', async (name, text, expected) => {
    const file = text === undefined ? join(folder, name) : write(name, text);
    const { code, err } = await topo('template', 'import', file);
    expect(code).toBe(1);
    expect(err).toMatch(expected);
  });
});

describe('campaign', () => {
  test('is created, started, paused, resumed and ended', async () => {
    const template = idIn(await topo('template', 'import', example('template.json'), '--activate'));
    const created = await topo('campaign', 'create', '--name', 'Spring', '--template', template);
    expect(created.out).toMatch(/^Campaign [0-9a-f-]{36} \('Spring'\) is DRAFT, with 2 accounts\.$/);
    const id = idIn(created);
    expect((await topo('campaign', 'start', id)).out).toContain('is RUNNING');
    expect((await topo('campaign', 'pause', id)).out).toContain('is PAUSED');
    expect((await topo('campaign', 'resume', id)).out).toContain('is RUNNING');
    expect((await topo('campaign', 'end', id)).out).toMatch(/is ENDED\. 0 open sequences were stopped\.$/);
    const again = await topo('campaign', 'start', id);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toBe(`topo: campaign ${id} is ENDED; from there it cannot become RUNNING`);
  });

  test('show says how many stand where, when it enrols next and why not sooner', async () => {
    const { campaignId } = await aSequence('email');
    const { out } = await topo('campaign', 'show', campaignId);
    expect(out).toContain('Why not sooner  no approved leads');
    expect(out).toMatch(/^ENROLLED +1$/m);
    expect(out).toMatch(/^Active +1$/m);
    expect(json(await topo('campaign', 'show', campaignId, '--json'))).toMatchObject({
      id: campaignId,
      status: 'RUNNING',
      sequences: { ACTIVE: 1 },
    });
    const listed = await topo('campaign', 'list', '--status', 'running', '--size', '100');
    expect(listed.out).toMatch(new RegExp(`^${campaignId} +Spring +RUNNING `, 'm'));
  });
});

test('campaign missing names what the template asks for and leads lack, leads list --missing whom', async () => {
  const id = await draft();
  const address = () => `missing${unique++}@lead.example`;
  const [known, unknown] = [address(), address()];
  await api.post(`/v1/campaigns/${id}/leads`, { rows: [{ email: known, first_name: 'Ada' }] });
  expect((await topo('campaign', 'missing', id)).out).toBe(
    'Every lead that is not enrolled yet has what the template asks for.',
  );
  await api.post(`/v1/campaigns/${id}/leads`, { rows: [{ email: unknown }] });
  expect((await topo('campaign', 'missing', id)).out).toMatch(/^first_name +1 of 2 +0 of 0 +1, 2$/m);
  const { out } = await topo('leads', 'list', '--campaign', id, '--missing', 'first_name');
  expect(out).toContain(unknown);
  expect(out).not.toContain(known);
});

describe('leads import', () => {
  test('takes the example, one outcome per row, and once only', async () => {
    const id = await draft();
    const first = await topo('leads', 'import', example('leads.csv'), '--campaign', id);
    expect(first.code).toBe(0);
    expect(first.out).toContain('line 2  anais.beranger@lumen-retail.example  to review');
    expect(first.out).toMatch(/40 ROWS\nto review +40$/);
    const again = await topo('leads', 'import', example('leads.csv'), '--campaign', id, '--approve');
    expect(again.out).toMatch(/40 ROWS\napproved +40$/);
    const third = await topo('leads', 'import', example('leads.csv'), '--campaign', id, '--quiet');
    expect(third.out).toMatch(/40 ROWS\nalready in the campaign +40$/);
    const { items } = (await api.get(`/v1/campaigns/${id}/leads?size=100`)).body;
    expect(
      items.filter(({ contact }: { contact: { linkedin_profile: unknown } }) => contact.linkedin_profile === null),
    ).toHaveLength(5);
    expect(items.filter(({ contact }: { contact: { job_title: unknown } }) => contact.job_title === null)).toHaveLength(
      4,
    );
    expect(items.some(({ contact }: { contact: { last_name: string } }) => contact.last_name === 'Wiśniewski')).toBe(
      true,
    );
  });

  test('reports bad rows with their line and goes on', async () => {
    const id = await draft();
    const file = write(
      'mixed.csv',
      '\ufeffE-mail;Prénom;Company;Favourite tool\r\n' +
        'one@mixed.example;Ada;"Engines\r\nand ""Co""";Notion\r\n' + // lines 2 and 3
        'nobody;Ben;Engines;\r\n' +
        'two@mixed.example;Eve;Engines;;;x\r\n' +
        'ONE@mixed.example;Ada;;\r\n' +
        '\r\n' +
        'three@mixed.example;"Zoë;Engines;\r\n' +
        ';Nobody;Engines;\r\n' +
        'four@mixed.example;Zoë;Engines;\r\n',
    );
    const ran = await topo('leads', 'import', file, '--campaign', id, '--approve');
    expect(ran.code).toBe(2);
    expect(ran.out.split('\n').filter((line) => line.startsWith('line'))).toEqual([
      'line 2  one@mixed.example  approved',
      expect.stringMatching(/^line 4 {2}nobody {2}invalid: email: "nobody"/),
      'line 5  invalid: has 6 columns, the header has 4',
      'line 6  ONE@mixed.example  twice in the file: the same person as in line 2',
      'line 8  invalid: a quote is opened and never closed',
      'line 9  invalid: an email address or a LinkedIn profile is needed, the row has neither',
      'line 10  four@mixed.example  approved',
    ]);
    const { items } = (await api.get(`/v1/campaigns/${id}/leads`)).body;
    expect(items[0].contact).toMatchObject({
      email: 'one@mixed.example',
      first_name: 'Ada',
      company: 'Engines\nand "Co"',
    });
  });

  test('says which cell was left out, and what contradicts a contact; both need a look', async () => {
    const id = await draft();
    const run = (...rows: string[]) =>
      topo('leads', 'import', write('linked.csv', ['email,linkedin', ...rows].join('\n')), '--campaign', id, '--quiet');
    const known = await run('ada@linked.example,linkedin.com/in/ada-linked', 'bea@linked.example,12345');
    expect(known.code).toBe(0);
    expect(known.out).toMatch(
      /^line 3 {2}bea@linked.example {2}to review: linkedin_url: "12345" is not .*left out\n\n/,
    );
    const clash = await run('eve@linked.example,linkedin.com/in/ada-linked');
    expect(clash.code).toBe(2);
    expect(clash.out).toMatch(
      /^line 2 {2}eve@linked.example {2}in conflict with what is known: in\/ada-linked is known with the address ada@linked.example, not eve@linked.example: /,
    );
  });

  test('knows people by the profiles of a column whose name does not say so, below notes', async () => {
    const id = await draft();
    const head = 'Notes:\n"When exporting your connection data, some addresses are missing."\n\n';
    const file = write(
      'Connections.csv',
      `${head}First Name,Last Name,URL,Email Address\nAda,Noted,https://www.linkedin.com/in/ada-noted,\n`,
    );
    const ran = await topo('leads', 'import', file, '--campaign', id);
    expect(ran.out).toContain('https://www.linkedin.com/in/ada-noted  to review');
    expect(ran.code).toBe(0);
  });

  test('prints rows and totals as JSON', async () => {
    const id = await draft();
    const ran = await topo(
      '--json',
      'leads',
      'import',
      write('two.csv', 'email\njson@two.example\nx\n'),
      '--campaign',
      id,
    );
    expect(ran.code).toBe(2);
    expect(json(ran)).toMatchObject({
      campaign_id: id,
      rows: [
        { line: 2, lead: 'json@two.example', outcome: 'pending_review', lead_id: expect.any(String), problem: null },
        { line: 3, lead: 'x', outcome: 'invalid', lead_id: null, problem: expect.stringMatching(/^email: /) },
      ],
      totals: { pending_review: 1, invalid: 1, approved: 0 },
    });
  });

  test.each([
    ['empty.csv', '', 'the file is empty: its first line names the columns'],
    ['blank.csv', '\ufeff\r\n\r\n', 'the file is empty: its first line names the columns'],
    [
      'nobody.csv',
      'name,company\nAda,Engines\n',
      'the header has neither an email nor a linkedin_url column, only: name, company',
    ],
    [
      'twice.csv',
      'email,mail\na@example.com,b@example.com\n',
      'the header says email twice: column 1 ("email") and column 2 ("mail")',
    ],
  ])('%s is refused before anything is sent', async (name, text, problem) => {
    const file = write(name, text);
    expect(await topo('leads', 'import', file, '--campaign', await draft())).toEqual({
      code: 1,
      out: '',
      err: `topo: ${file}: ${problem}`,
    });
  });

  test('a header without rows is no error', async () => {
    const ran = await topo('leads', 'import', write('header.csv', 'email,first_name\n'), '--campaign', await draft());
    expect(ran).toEqual({ code: 0, out: 'The file has a header and no rows.', err: '' });
  });

  test('a file that is not there, and a campaign that is not, are told', async () => {
    const missing = await topo('leads', 'import', join(folder, 'no.csv'), '--campaign', await draft());
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/no\.csv cannot be read: ENOENT/);
    const nowhere = '018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5';
    const ran = await topo('leads', 'import', example('leads.csv'), '--campaign', nowhere);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/^topo: no campaign/);
  });

  test('many rows are streamed: all of them answered, in their order, none twice', async () => {
    const count = rounds(2_000, 10_000);
    const id = await draft();
    const rows = Array.from({ length: count }, (_, n) =>
      n % 100 === 0
        ? `bulk${n}@bulk.example,Ada,"a long\nnote ${n}"`
        : n % 100 === 1
          ? `bulk${n - 1}@bulk.example,Ada,again`
          : `broken ${n},Ada,x`,
    );
    const ran = await topo(
      'leads',
      'import',
      write('bulk.csv', `email,first_name,note\n${rows.join('\n')}\n`),
      '--campaign',
      id,
      '--json',
    );
    expect(ran.code).toBe(2);
    const answer = json(ran);
    expect(answer.totals).toMatchObject({
      pending_review: count / 100,
      duplicate_in_request: count / 100,
      invalid: count - count / 50,
      already_in_campaign: 0,
    });
    const lines: number[] = answer.rows.map(({ line }: { line: number }) => line);
    expect(lines).toHaveLength(count);
    expect(lines.every((line, index) => index === 0 || line > (lines[index - 1] ?? 0))).toBe(true);
    expect(lines.at(-1)).toBe(count + count / 100 + 1); // every hundredth row is on two lines
    expect((await api.get(`/v1/campaigns/${id}/leads`)).body.total_count).toBe(count / 100);
  });

  test('an import that is cut off says how far it came', async () => {
    let requests = 0;
    const flaky = createServer((request, response) => {
      request.resume().on('end', () => {
        requests++;
        const ok = requests === 1;
        const results = Array.from({ length: 200 }, () => ({
          outcome: 'pending_review',
          lead_id: null,
          problem: null,
        }));
        const totals = {
          pending_review: 200,
          approved: 0,
          already_in_campaign: 0,
          in_other_sequence: 0,
          suppressed: 0,
          conflict: 0,
          duplicate_in_request: 0,
          invalid: 0,
        };
        response.writeHead(ok ? 200 : 409, { 'content-type': 'application/json' });
        response.end(JSON.stringify(ok ? { results, totals } : { detail: 'campaign x is ENDED: it takes no leads' }));
      });
    });
    await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    const address = flaky.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const cut = commandLine({ TOPO_URL: `http://127.0.0.1:${port}`, TOPO_TOKEN: 'x' });
    const file = write(
      'many.csv',
      `email\n${Array.from({ length: 1_000 }, (_, n) => `many${n}@many.example`).join('\n')}\n`,
    );
    const { code, err } = await cut('leads', 'import', file, '--campaign', 'x', '--quiet');
    flaky.close();
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      'topo: campaign x is ENDED: it takes no leads',
      '  200 rows were done before; importing the file again goes on from there',
    ]);
  });
});

describe('leads', () => {
  test('are listed, approved and rejected', async () => {
    const id = await draft();
    await topo(
      'leads',
      'import',
      write('review.csv', 'email,first_name\na@review.example,Ada\nb@review.example,Ben\n'),
      '--campaign',
      id,
    );
    const listed = json(await topo('leads', 'list', '--campaign', id, '--json'));
    const [ada, ben] = listed.items.map((lead: { id: string }) => lead.id);
    expect((await topo('leads', 'approve', ada)).out).toBe(`Lead ${ada} (Ada) is APPROVED.`);
    expect((await topo('leads', 'reject', ben)).out).toBe(`Lead ${ben} (Ben) is REJECTED.`);
    expect((await topo('leads', 'list', '--campaign', id, '--status', 'rejected')).out).toContain('b@review.example');
  });
});

describe('sequence', () => {
  test('list says where each contact stands and why not sooner', async () => {
    const { id, campaignId } = await aSequence('email', 'email');
    await passStep(id);
    const { out } = await topo('sequence', 'list', '--campaign', campaignId);
    expect(out).toMatch(
      new RegExp(
        `^${id} +Renée Fontaine +Active +1/2 +2 Step 2, Fri 22 Mar, \\d\\d:\\d\\d \\(Europe/Paris\\) +3 days after step 1$`,
        'm',
      ),
    );
    expect((await topo('sequence', 'list', '--campaign', campaignId, '--status', 'failed')).out).toBe(
      'Nothing matches.',
    );
  });

  test('show tells the whole story, up to what comes next', async () => {
    const { id } = await aSequence('email', 'manual_task');
    await passStep(id);
    await passStep(id);
    const { out } = await topo('sequence', 'show', id);
    expect(out).toMatch(/^Status +Waiting for user$/m);
    expect(out).toMatch(/^Why not sooner +waiting for 'Call Renée' \(Sam Sender\)$/m);
    expect(out).toMatch(/^1 +email +Step 1 +SENT +Tue 19 Mar/m);
    expect(out).toMatch(/^ {2}Tue 19 Mar, \d\d:\d\d \(Europe\/Paris\) {2}step 1 \(email\) sent$/m);
    expect(out).toMatch(/task opened: manual step$/m);
    expect(out.split('\n').at(-1)).toBe("  not yet  step 2 (manual task): waiting for 'Call Renée' (Sam Sender)");
    expect(json(await topo('sequence', 'show', id, '--json'))).toMatchObject({ id, status: 'WAITING_FOR_USER' });
  });

  test('stop ends it', async () => {
    const { id } = await aSequence('email');
    expect((await topo('sequence', 'stop', id)).out).toBe(
      `Sequence ${id} (Renée Fontaine) is Stopped early (stopped by user).`,
    );
  });

  test('what a contact is called cannot steer the terminal', async () => {
    const { campaignId } = await api.campaign({
      content: email,
      leads: [{ email: 'escape@lead.example', firstName: '\u001b[2JEve\u202e', lastName: 'X' }],
    });
    await api.enrol(campaignId);
    const { out } = await topo('sequence', 'list', '--campaign', campaignId);
    expect(out).toMatch(/\[2JEve +X/);
    for (const steering of ['\u001b', '\u202e']) expect(out).not.toContain(steering);
  });
});

describe('task', () => {
  test('is listed and completed', async () => {
    const { id, campaignId } = await aSequence('manual_task', 'email');
    await passStep(id);
    const listed = await topo('task', 'list', '--campaign', campaignId);
    expect(listed.out).toMatch(/manual_step +Call Renée +Renée Fontaine +Spring +Sam Sender +OPEN$/m);
    const task = json(await topo('task', 'list', '--sequence', id, '--json')).items[0].id;
    const shown = await topo('task', 'show', task);
    expect(shown.out).toMatch(/^Contact +Renée Fontaine, Engines$/m);
    expect(shown.out.split('\n').at(-1)).toBe('Say hello');
    const done = await topo('task', 'complete', task, '--note', 'Spoke to her');
    expect(done.out).toBe(`Task ${task} is COMPLETED; its sequence ${id} is ACTIVE.`);
    const twice = await topo('task', 'skip', task);
    expect(twice).toEqual({ code: 1, out: '', err: `topo: task ${task} is COMPLETED already` });
    expect((await topo('task', 'list', '--sequence', id)).out).toBe('Nothing matches.');
  });

  test('is skipped; dismissing waits until its sequence has ended', async () => {
    const { id } = await aSequence('manual_task', 'email');
    await passStep(id);
    const task = json(await topo('task', 'list', '--sequence', id, '--json')).items[0].id;
    expect((await topo('task', 'dismiss', task)).err).toContain('belongs to an open sequence: complete or skip it');
    expect((await topo('task', 'skip', task)).out).toContain('is SKIPPED');
  });

  test('copy is completed from a file', async () => {
    const { id } = await aSequence({ kind: 'email', body: 'As {{job_title}}' });
    const task = json(await topo('task', 'list', '--sequence', id, '--json')).items[0].id;
    const file = write('copy.json', JSON.stringify({ kind: 'email', subject: 'Hello', body: 'As a person' }));
    expect((await topo('task', 'complete', task, '--content', file)).out).toContain('is COMPLETED');
    expect(json(await topo('sequence', 'show', id, '--json')).steps[0].content.body).toBe('As a person');
  });
});

describe('reply', () => {
  test('says what became of the sequence', async () => {
    const { id } = await aSequence('email', 'email');
    expect((await topo('reply', id, '--intent', 'meeting_booked')).out).toBe(
      `Sequence ${id} (Renée Fontaine) is Succeeded (meeting booked).`,
    );
  });

  test('with a key acts once', async () => {
    const { id } = await aSequence('email', 'email');
    for (let time = 0; time < 2; time++)
      await topo('reply', id, '--intent', 'unclear', '--key', `<${id}@mail.example>`, '--text', 'Hm');
    expect(json(await topo('task', 'list', '--sequence', id, '--json')).total_count).toBe(1);
  });
});

describe('forward', () => {
  test('moves the clock and tells what happened meanwhile, by kind and line by line', async () => {
    const { id } = await aSequence('email', 'email');
    meanwhile = () => passStep(id);
    const ran = await topo('forward', '3d');
    expect(ran.out).toMatch(/^From Tue 19 Mar, 09:00 \(UTC\) to .* 1 event:$/m);
    expect(ran.out).toMatch(/^1 +step 1 \(email\) sent$/m);
    expect(ran.out).toMatch(new RegExp(`step 1 \\(email\\) sent {2}Renée Fontaine ${id}$`, 'm'));
  });

  test('gives the span and its events as JSON', async () => {
    const { id } = await aSequence('email', 'email');
    meanwhile = () => passStep(id);
    const answer = json(await topo('forward', '--to-next', '--json'));
    expect(answer).toMatchObject({
      from: '2030-03-19T09:00:00Z',
      to: '2030-03-20T09:00:00Z',
      events: [{ kind: 'step_sent', sequence_id: id }],
    });
  });

  test('says so when nothing happened', async () => {
    meanwhile = async () => undefined;
    expect((await topo('forward', '--to-next')).out).toBe(
      'From Tue 19 Mar, 09:00 (UTC) to Wed 20 Mar, 09:00 (UTC). Nothing happened.',
    );
  });

  test('needs to know how far', async () => {
    for (const argv of [[], ['3'], ['soon'], ['3d', '--to-next']])
      expect((await topo('forward', ...argv)).code).toBe(64);
  });

  test('says so where time is real', async () => {
    const real = await startServed();
    const { code, err } = await commandLine({ TOPO_URL: await real.listen(), TOPO_TOKEN: real.token })('forward', '3d');
    await real.close();
    expect([code, err]).toEqual([
      1,
      'topo: this server has no virtual time: only the embedded runtime (npm start) does',
    ]);
  });
});

describe('the command line itself', () => {
  test('explains itself with examples, settings and exit codes', async () => {
    const { code, out } = await topo('--help');
    expect(code).toBe(0);
    for (const part of ['Examples:', 'TOPO_TOKEN', 'Exit codes:']) expect(out).toContain(part);
    expect((await topo('leads', 'import', '--help')).out).toContain('A bad row never stops the rest');
  });

  test.each([
    [['campaign', 'create'], /required option '--name <name>' not specified/],
    [['party'], /unknown command 'party'/],
    [['sequence', 'list', '--status', 'happy'], /expected one of ACTIVE, WAITING_FOR_USER/],
    [['sequence', 'list', '--page', '0'], /expected a whole number from 1/],
    [['reply', 'x', '--intent', 'maybe'], /Allowed choices are positive, /],
    [['task', 'complete', 'x', '--outcome', 'fine'], /Allowed choices are positive, /],
  ])('%j is a wrong command line: 64', async (argv, expected) => {
    const { code, err } = await topo(...argv);
    expect(code).toBe(64);
    expect(err).toMatch(expected);
  });

  test('a wrong id, a wrong token, a missing token and a server that is not there are told in one line', async () => {
    expect((await topo('sequence', 'show', '42')).err).toContain('id: must be a UUID');
    const wrong = await commandLine({ TOPO_URL: url, TOPO_TOKEN: 'topo_wrong' })('campaign', 'list');
    expect([wrong.code, wrong.err]).toEqual([1, 'topo: the token is unknown, revoked or expired']);
    const none = await commandLine({ TOPO_URL: url, TOPO_DATA_DIR: join(folder, 'nowhere') })('campaign', 'list');
    expect(none.code).toBe(1);
    expect(none.err).toMatch(/^topo: no token: set TOPO_TOKEN, or run npm start, which writes one to /);
    const away = await commandLine({ TOPO_URL: 'http://127.0.0.1:1', TOPO_TOKEN: 'x' })('campaign', 'list');
    expect(away.code).toBe(1);
    expect(away.err).toMatch(/^topo: http:\/\/127\.0\.0\.1:1 cannot be reached/);
    const bad = await commandLine({ TOPO_URL: 'nowhere', TOPO_TOKEN: 'x' })('campaign', 'list');
    expect([bad.code, bad.err.includes('TOPO_URL="nowhere"')]).toEqual([1, true]);
  });

  test('the token is read from the data folder when none is set', async () => {
    writeFileSync(join(folder, 'dev-token'), `${api.token}\n`);
    expect((await commandLine({ TOPO_URL: url, TOPO_DATA_DIR: folder })('campaign', 'list')).code).toBe(0);
  });

  test('without the packages it says what to do', async () => {
    mkdirSync(join(folder, 'bare', 'bin'), { recursive: true });
    copyFileSync(join(project, 'bin', 'topo.mjs'), join(folder, 'bare', 'bin', 'topo.mjs'));
    const ran = spawnSync(process.execPath, [join(folder, 'bare', 'bin', 'topo.mjs'), '--help'], { encoding: 'utf8' });
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/^topo: the packages are not installed\. Run `npm ci`/);
  });

  test('bin/topo.mjs runs it as a process of its own, from any folder', async () => {
    const ran = await new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const env = { PATH: process.env.PATH ?? '', TOPO_URL: url, TOPO_TOKEN: api.token };
      const child = execFile(
        process.execPath,
        [join(project, 'bin', 'topo.mjs'), 'campaign', 'list', '--json'],
        { cwd: folder, env },
        (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ran.stdout).items.length).toBeGreaterThan(0);
  });
});
