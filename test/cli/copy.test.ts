import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine, type Ran } from '../support/command-line.ts';
import { always, content, steps } from '../support/scenario.ts';
import { type Served, startServed } from '../support/served.ts';

const example = fileURLToPath(new URL('../../examples/template.json', import.meta.url));

let api: Served;
let topo: (...argv: string[]) => Promise<Ran>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'topo-copy-'));
  api = await startServed(); // Tuesday 19 March 2030
  topo = commandLine({ TOPO_URL: await api.listen(), TOPO_TOKEN: api.token });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
let unique = 0;
async function aSequence(...kinds: Parameters<typeof steps>): Promise<string> {
  const { campaignId } = await api.campaign({
    content: content(steps(...kinds), { schedule: always }),
    leads: [{ email: `copy${unique++}@lead.example`, profile: `in/copy-${unique}-lead`, firstName: 'Renée' }],
  });
  const [id = 'none'] = await api.enrol(campaignId);
  return id;
}
const contentsOf = async (id: string) =>
  (await api.get(`/v1/sequences/${id}`)).body.steps.map(({ content }: { content: object }) => content);

describe('sequence edit', () => {
  test('replaces the text of a step by that of a file, and shows what it says now', async () => {
    const id = await aSequence('email', 'email');
    const file = write('copy.txt', 'Dear Renée,\n\nhow is the plant?\n');
    const { code, out } = await topo('sequence', 'edit', id, '--step', '1', '--file', file);
    expect([code, out]).toEqual([
      0,
      'Step 1 (Step 1), version 2:\n  Subject: Hello Renée\n  Dear Renée,\n\n  how is the plant?',
    ]);
    expect(await contentsOf(id)).toMatchObject([
      { body: 'Dear Renée,\n\nhow is the plant?' },
      { body: 'Mail 2 to Renée' },
    ]);
  });

  test('knows what a text is of each kind of step', async () => {
    const id = await aSequence('email', 'linkedin_invitation', 'linkedin_message', 'manual_task');
    const edit = (step: number, ...rest: string[]) => topo('sequence', 'edit', id, '--step', String(step), ...rest);
    await edit(1, '--subject', 'A new subject');
    await edit(2, '--file', write('empty.txt', '\n'));
    await edit(3, '--file', write('message.txt', 'Hello'));
    await edit(4, '--file', write('task.txt', 'Say good morning'), '--subject', 'Call her');
    expect(await contentsOf(id)).toMatchObject([
      { subject: 'A new subject', body: 'Mail 1 to Renée' },
      { note: null },
      { body: 'Hello' },
      { title: 'Call her', instructions: 'Say good morning' },
    ]);
  });

  test('that is refused says why and where', async () => {
    const id = await aSequence('linkedin_invitation');
    const edit = (...rest: string[]) => topo('sequence', 'edit', id, ...rest);
    const long = await edit('--step', '1', '--file', write('long.txt', 'x'.repeat(301)));
    expect([long.code, long.err]).toEqual([
      1,
      'topo: the copy has 1 problem(s)\n  content.note: note has 301 characters, at most 300',
    ]);
    expect((await edit('--step', '2', '--subject', 'x')).err).toBe(
      `topo: sequence ${id} has 1 steps, none of the number 2`,
    );
    expect((await edit('--step', '1', '--subject', 'x')).err).toBe('topo: step 1 has no subject: give --file');
    expect((await edit('--step', '1')).err).toBe('topo: nothing to change: give --file or --subject');
    expect((await edit('--step', '1', '--file', join(folder, 'nowhere.txt'))).err).toContain('cannot be read');
  });
});

test('sequence regenerate writes a step anew and shows it', async () => {
  const id = await aSequence({ kind: 'linkedin_message', body: 'Hi {{first_name}}' });
  const { code, out } = await topo('sequence', 'regenerate', id, '--step', '1');
  expect([code, out]).toEqual([0, 'Step 1 (Step 1), version 2:\n  Hi Renée']);
});

describe('template preview', () => {
  test('shows a file step by step, with its days, for the sample contact', async () => {
    const { code, out } = await topo('template', 'preview', example, '--start', '2026-11-24T08:00:00Z');
    expect(code).toBe(0);
    expect(out).toMatch(/^Step 1 \(email, .+\): Day 0, Tue 24 Nov 09:00$/m);
    expect(out).toContain('Alex');
    expect(out.split('\n').at(-1)).toBe('It could be activated.');
  });

  test('says what is wrong with it, and for what the sequence would wait', async () => {
    const file = write(
      'draft.json',
      JSON.stringify({
        timezone: 'UTC',
        schedule: { days: ['mon'], hours: [{ start: '09:00', end: '17:00' }] },
        sender: { name: 'Sam' },
        steps: [{ kind: 'linkedin_message', body: 'About {{custom.topic}}' }],
      }),
    );
    const { out } = await topo('template', 'preview', file);
    expect(out).toContain('  No value for custom.topic: the sequence waits for you');
    expect(out).toContain('Before it can be activated:\n  name: a template needs a name before it is activated');
  });

  test('of a saved template may be for a real contact', async () => {
    const { templateId, campaignId } = await api.campaign({
      content: content(steps({ kind: 'linkedin_message', body: 'Hi {{first_name}}' })),
      leads: [{ email: 'preview@lead.example', profile: 'in/preview-lead', firstName: 'Grace' }],
      start: false,
    });
    const { id } = (await api.get(`/v1/campaigns/${campaignId}/leads`)).body.items[0].contact;
    expect((await topo('template', 'preview', templateId, '--contact', id)).out).toContain('\n  Hi Grace\n');
    const { ai_values: written } = JSON.parse((await topo('template', 'preview', templateId, '--json')).out);
    expect(written).toEqual([]);
  });
});
