import type { Command } from 'commander';
import { type SequenceDetailShown, sequenceDetailShape } from '../api/shapes/sequences.ts';
import type { ContentShown } from '../api/shapes/step-content.ts';
import { Failure } from './client.ts';
import { segment, wholeNumber } from './options.ts';
import { readText } from './read-file.ts';
import type { Session } from './session.ts';
import { oneLine } from './terminal.ts';

type Step = SequenceDetailShown['steps'][number];

interface Edit {
  step: number;
  file?: string;
  subject?: string;
}

/** `topo sequence edit` and `topo sequence regenerate`: what a step will say, until it is claimed. */
export function copyCommands(sequence: Command, session: Session): void {
  const read = (id: string) => session.client().get(`/v1/sequences/${segment(id)}`, sequenceDetailShape);
  const pathOf = (id: string, { id: step }: Step) => `/v1/sequences/${segment(id)}/steps/${segment(step)}`;

  sequence
    .command('edit')
    .description('replace what a step will say, until sending begins')
    .argument('<id>', 'the sequence')
    .requiredOption('--step <number>', 'which step, from 1', wholeNumber)
    .option(
      '--file <file>',
      "the text: an email's or message's body, an invitation's note, a task's instructions; - reads the standard input",
    )
    .option('--subject <text>', "an email's subject, or a task's title")
    .addHelpText('after', '\nExample:\n  $ topo sequence edit <sequence id> --step 2 --file copy.txt')
    .action(async (id: string, { step: number, file, subject }: Edit, command: Command) => {
      if (file === undefined && subject === undefined) throw new Failure('nothing to change: give --file or --subject');
      const step = stepOf(await read(id), number);
      const text = file === undefined ? undefined : readText(file).trimEnd();
      const body = { made_on: step.content_version, content: changed(step, text, subject) };
      const answer = await session.client().put(`${pathOf(id, step)}/content`, sequenceDetailShape, body);
      session.print(command, answer, (one) => copyText(stepOf(one, number)));
    });

  sequence
    .command('regenerate')
    .description('write one step anew: its AI variables by the language model, the rest from the contact as it is now')
    .argument('<id>', 'the sequence')
    .requiredOption('--step <number>', 'which step, from 1', wholeNumber)
    .action(async (id: string, { step: number }: Edit, command: Command) => {
      const step = stepOf(await read(id), number);
      const body = { made_on: step.content_version };
      const answer = await session.client().post(`${pathOf(id, step)}/regenerate`, sequenceDetailShape, body);
      session.print(command, answer, (one) => copyText(stepOf(one, number)));
    });
}

function stepOf({ id, steps }: SequenceDetailShown, number: number): Step {
  const step = steps.find((own) => own.number === number);
  if (!step) throw new Failure(`sequence ${id} has ${steps.length} steps, none of the number ${number}`);
  return step;
}

function changed({ number, content }: Step, text: string | undefined, subject: string | undefined): ContentShown {
  switch (content?.kind) {
    case 'email':
      return { ...content, body: text ?? content.body, subject: subject ?? content.subject };
    case 'manual_task':
      return { ...content, instructions: text ?? content.instructions, title: subject ?? content.title };
    case 'linkedin_message':
    case 'linkedin_invitation':
      if (text === undefined) throw new Failure(`step ${number} has no subject: give --file`);
      return content.kind === 'linkedin_message' ? { ...content, body: text } : { ...content, note: text || null };
    case undefined:
      throw new Failure(`the copy of step ${number} is being written`);
  }
}

/** "Step 2 ('Follow-up'), version 3:", and below it all that it will say. */
const copyText = ({ number, name, content_version: version, content }: Step): string =>
  [`Step ${number} (${oneLine(name)}), version ${version}:`, ...(content ? contentLines(content) : [])].join('\n');

/** What a step says, indented; a text's lines stay lines. */
export function contentLines(content: ContentShown): string[] {
  const texts: (string | null)[] = (() => {
    switch (content.kind) {
      case 'email':
        return [content.subject === '' ? null : `Subject: ${content.subject}`, content.body];
      case 'linkedin_message':
        return [content.body];
      case 'linkedin_invitation':
        return [content.note ?? '(no note)'];
      case 'manual_task':
        return [content.title, content.instructions];
    }
  })();
  return texts.filter((text) => text !== null && text !== '').flatMap((text) => linesOf(text ?? ''));
}

const linesOf = (text: string) => text.split(/\r\n|\r|\n/).map((line) => `  ${oneLine(line)}`.trimEnd());
