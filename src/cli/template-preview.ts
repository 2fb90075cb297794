import type { Command } from 'commander';
import { type PreviewShown, previewShape } from '../api/shapes/previews.ts';
import { isId } from '../domain/ids.ts';
import { readJsonObject } from './read-file.ts';
import { contentLines } from './sequence-copy.ts';
import type { Session } from './session.ts';
import { oneLine } from './terminal.ts';

interface Asked {
  contact?: string;
  start?: string;
  write?: boolean;
}

/** `topo template preview`: how a template reads, with nobody enrolled and nothing saved. */
export function previewCommand(template: Command, session: Session): void {
  template
    .command('preview')
    .description('show how a template reads, and when its steps would go; nothing is saved or sent')
    .argument('<template>', 'its id, or a JSON file; - reads the standard input')
    .option('--contact <id>', 'for this contact; Alex Sample of Example Works when left out')
    .option('--start <instant>', 'when the sequence would begin, 2026-11-24T09:00:00+01:00; now when left out')
    .option('--write', 'have the language model write the AI variables, as a trial')
    .addHelpText('after', '\nExample:\n  $ topo template preview examples/template.json')
    .action(async (source: string, { contact, start, write = false }: Asked, command: Command) => {
      const answer = await session.client().post('/app/api/sequence-templates/preview', previewShape, {
        ...(isId(source) ? { id: source } : { content: readJsonObject(source) }),
        ...(contact === undefined ? {} : { contact_id: contact }),
        ...(start === undefined ? {} : { start }),
        write,
      });
      session.print(command, answer, whole);
    });
}

const whole = ({ steps, problems }: PreviewShown): string =>
  [
    ...steps.flatMap((step) => [...stepLines(step), '']),
    ...(problems.length === 0
      ? ['It could be activated.']
      : ['Before it can be activated:', ...problems.map(({ problem }) => `  ${oneLine(problem)}`)]),
  ].join('\n');

const stepLines = ({ number, kind, name, planned, content, missing, problems }: PreviewShown['steps'][number]) => [
  `Step ${number} (${kind.replaceAll('_', ' ')}, ${oneLine(name)})${planned ? `: ${planned.text}` : ''}`,
  ...contentLines(content),
  ...missing.map((variable) => `  No value for ${oneLine(variable)}: the sequence waits for you`),
  ...problems.map((problem) => `  ${oneLine(problem)}: the sequence waits for you`),
];
