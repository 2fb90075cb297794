import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Writer, WriterUnavailable, type WritingBrief } from '../../../src/adapters/writer.ts';
import { editStep } from '../../../src/commands/sequences/edit-step.ts';
import { regenerateStep } from '../../../src/commands/sequences/regenerate-step.ts';
import { contacts, generations } from '../../../src/db/schema.ts';
import type { AiValue } from '../../../src/domain/copy/generation.ts';
import { Refusal, type RefusalCode } from '../../../src/domain/refusal.ts';
import type { TemplateContent } from '../../../src/domain/template.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import { anEnrolled, type Enrolled, type EnrolledSpec, eventsOf, first } from '../../support/enrolled.ts';
import { sequenceRow, steps } from '../../support/scenario.ts';

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterAll(() => deeds.stop());

/** What the model says next of each variable; what it was asked; what happens while it thinks. */
interface Model {
  says: Readonly<Record<string, string>>;
  fault: string | null;
  asked: WritingBrief[];
  meanwhile: () => Promise<unknown>;
}
const atRest = (): Model => ({ says: {}, fault: null, asked: [], meanwhile: async () => undefined });
const model = atRest();
beforeEach(() => {
  Object.assign(model, atRest());
});

const usage = {
  provider: 'test',
  model: 'scripted',
  inputTokens: 100,
  outputTokens: 20,
  costMicros: 7,
  milliseconds: 5,
};
const writer: Writer = {
  async write(brief) {
    model.asked.push(brief);
    await model.meanwhile();
    if (model.fault !== null) throw new WriterUnavailable(model.fault, false, usage);
    const values = brief.variables.map(({ name, fallback }): [string, AiValue] => {
      const value = model.says[name];
      return [name, value === undefined ? { value: fallback, by: 'fallback' } : { value, by: 'model' }];
    });
    return { values: new Map(values), usage };
  },
};

const variables: TemplateContent['aiVariables'] = [
  { name: 'opener', prompt: 'An opener', fallback: 'Hope you are well.' },
  { name: 'pain', prompt: 'Their pain', fallback: null },
];
const twoSteps = () =>
  steps(
    { kind: 'email', subject: 'Hello {{first_name}}', body: '{{opener}} We help {{company}}.' },
    { kind: 'email', body: '{{opener}} {{pain | default: "Costs are up."}}' },
  );
const anEnrolledOne = (also: Partial<EnrolledSpec> = {}) =>
  anEnrolled(deeds, { steps: twoSteps(), template: { aiVariables: variables }, ...also });

const stepOf = async ({ id }: Enrolled, number = 1) => first((await deeds.stepsOf(id)).slice(number - 1));
async function regenerate(one: Enrolled, { number = 1, by = writer }: { number?: number; by?: Writer } = {}) {
  const { stepId, contentVersion: madeOn } = await stepOf(one, number);
  return regenerateStep({ ...deeds.commands, writer: by }, one.caller, { sequenceId: one.id, stepId, madeOn });
}
const callsFor = ({ id }: Enrolled) =>
  deeds.db.asSystem((tx) =>
    tx.select().from(generations).where(eq(generations.sequenceId, id)).orderBy(asc(generations.at)),
  );
async function refused(work: Promise<unknown>, code: RefusalCode): Promise<Refusal> {
  const error = await work.then(
    () => new Error('was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof Refusal)) throw error;
  expect([error.code, error.message]).toEqual([code, error.message]);
  return error;
}

describe('a step written anew', () => {
  test('says what the model wrote for it, and leaves the sequence’s values and the other steps alone', async () => {
    const one = await anEnrolledOne();
    const before = await sequenceRow(deeds.db, one.id);
    const second = await stepOf(one, 2);
    model.says = { opener: 'Congratulations on the new plant.' };
    expect(await regenerate(one)).toBe(2);
    expect(await stepOf(one)).toMatchObject({
      content: { subject: 'Hello Ada', body: 'Congratulations on the new plant. We help Lead Ltd.' },
      contentVersion: 2,
      missing: [],
    });
    expect(await stepOf(one, 2)).toEqual(second);
    expect((await sequenceRow(deeds.db, one.id)).aiValues).toEqual(before.aiValues);
    expect(await eventsOf(deeds, one.id, 'step_regenerated')).toMatchObject([
      { actor: one.caller.actor, data: { step: 1, stepKind: 'email', version: 2, by: 'model' } },
    ]);
  });

  test('asks for the variables in it and for no others, and counts what that cost', async () => {
    const one = await anEnrolledOne();
    model.says = { opener: 'Well met.' };
    await regenerate(one);
    expect(model.asked.map(({ variables }) => variables.map(({ name }) => name))).toEqual([['opener']]);
    expect(model.asked[0]?.facts.get('company')).toBe('Lead Ltd');
    expect(await callsFor(one)).toMatchObject([
      { purpose: 'regenerate', fault: null, inputTokens: 100, costMicros: 7 },
    ]);
  });

  test('without AI variables is said anew from what is known of the contact now, and nobody is asked', async () => {
    const one = await anEnrolledOne({ steps: steps({ kind: 'linkedin_message', body: 'Hi {{first_name}}' }) });
    const { contactId } = await sequenceRow(deeds.db, one.id);
    await deeds.db.asSystem((tx) =>
      tx.update(contacts).set({ firstName: 'Augusta' }).where(eq(contacts.id, contactId)),
    );
    await regenerate(one);
    expect(await stepOf(one)).toMatchObject({ content: { body: 'Hi Augusta' }, contentVersion: 2 });
    expect(model.asked).toEqual([]);
    expect(await eventsOf(deeds, one.id, 'step_regenerated')).toMatchObject([{ data: { by: null } }]);
  });

  test('that becomes whole completes the task that waited for it', async () => {
    const one = await anEnrolledOne({ steps: steps({ kind: 'email', body: '{{pain}}' }) });
    expect(await stepOf(one)).toMatchObject({ missing: ['pain'] });
    model.says = { pain: 'Energy is dear this winter.' };
    await regenerate(one);
    expect(await deeds.tasksOf(one.id)).toMatchObject([{ kind: 'complete_copy', status: 'COMPLETED' }]);
    expect(await sequenceRow(deeds.db, one.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await stepOf(one)).toMatchObject({ missing: [], content: { body: 'Energy is dear this winter.' } });
  });
});

describe('nothing changes', () => {
  const unchanged = async (one: Enrolled) => {
    expect(await stepOf(one)).toMatchObject({ contentVersion: 1 });
    expect(await eventsOf(deeds, one.id, 'step_regenerated')).toEqual([]);
  };

  test('where no language model is configured', async () => {
    const one = await anEnrolledOne();
    const { message } = await refused(regenerate(one, { by: deeds.deps.writer }), 'rule_refused');
    expect(message).toBe('no language model is configured; the copy stays as it is');
    await unchanged(one);
  });

  test('where the model does not answer; the vain call is counted', async () => {
    const one = await anEnrolledOne();
    model.fault = 'provider 500';
    await refused(regenerate(one), 'rule_refused');
    await unchanged(one);
    expect(await callsFor(one)).toMatchObject([{ purpose: 'regenerate', fault: 'provider 500' }]);
  });

  test('where what it wrote does not pass the checks, and it says why', async () => {
    const one = await anEnrolledOne();
    model.says = { opener: 'See http://evil.example now.' };
    const { message, problems } = await refused(regenerate(one), 'rule_refused');
    expect(message).toBe('step 1 came out unfit to be sent; its copy stays as it is');
    expect(problems).toHaveLength(1);
    await unchanged(one);
  });

  test('where a value is missing now', async () => {
    const one = await anEnrolledOne();
    model.says = { opener: 'Well met.' };
    const { contactId } = await sequenceRow(deeds.db, one.id);
    await deeds.db.asSystem((tx) => tx.update(contacts).set({ company: null }).where(eq(contacts.id, contactId)));
    const { problems } = await refused(regenerate(one), 'rule_refused');
    expect(problems).toEqual([{ path: [], what: 'no value for company' }]);
    await unchanged(one);
  });

  test('where somebody edited the step while the model wrote: their words stay', async () => {
    const one = await anEnrolledOne();
    model.says = { opener: 'Well met.' };
    const { stepId } = await stepOf(one);
    model.meanwhile = () =>
      editStep(deeds.commands, one.caller, {
        sequenceId: one.id,
        stepId,
        madeOn: 1,
        content: { kind: 'email', subject: 'Mine', body: 'By hand' },
      });
    await refused(regenerate(one), 'version_conflict');
    expect(await stepOf(one)).toMatchObject({ content: { body: 'By hand' }, contentVersion: 2 });
  });

  test('where the step was sent while the model wrote', async () => {
    const one = await anEnrolledOne();
    model.says = { opener: 'Well met.' };
    model.meanwhile = () => deeds.performStep(one.id, one.enrolledAt + 3_600_000);
    const { message } = await refused(regenerate(one), 'wrong_state');
    expect(message).toMatch(/^Sending has begun: the step is SENT/);
    await unchanged(one);
  });

  test('where it has been sent already, and then no model is asked', async () => {
    const one = await anEnrolledOne();
    await deeds.performStep(one.id, one.enrolledAt + 3_600_000);
    await refused(regenerate(one), 'wrong_state');
    expect(model.asked).toEqual([]);
  });
});

test('the model writes outside any transaction', async () => {
  const one = await anEnrolledOne();
  model.says = { opener: 'Well met.' };
  let open = 0;
  const during: number[] = [];
  model.meanwhile = async () => during.push(open);
  const { db } = deeds.commands;
  const { stepId } = await stepOf(one);
  await regenerateStep(
    {
      ...deeds.commands,
      writer,
      db: {
        ...db,
        inWorkspace: (workspaceId, work) => {
          open++;
          return db.inWorkspace(workspaceId, work).finally(() => open--);
        },
      },
    },
    one.caller,
    { sequenceId: one.id, stepId, madeOn: 1 },
  );
  expect(during).toEqual([0]);
});
