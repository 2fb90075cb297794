import type { Command } from 'commander';
import { z } from 'zod';
import { pageOf } from '../api/shapes/primitives.ts';
import { editedTemplateShape } from '../api/shapes/templates.ts';
import { templateStatuses } from '../domain/template.ts';
import { type PageOptions, pageOption, sizeOption, statusOption } from './options.ts';
import { readJsonObject } from './read-file.ts';
import type { Session } from './session.ts';
import { previewCommand } from './template-preview.ts';
import { pageLine, table } from './terminal.ts';

const listed = pageOf(
  z
    .object({
      id: z.string(),
      name: z.string().nullable(),
      status: z.enum(templateStatuses),
      step_count: z.int(),
      timezone: z.string(),
    })
    .loose(),
);

/** `topo template …`. */
export function templateCommands(program: Command, session: Session): void {
  const template = program.command('template').description('sequence templates: the playbooks');

  template
    .command('import')
    .description('make a template of a JSON file (examples/template.json shows the format)')
    .argument('<file>', 'the file; - reads the standard input')
    .option('--activate', 'activate it at once; one that is not whole is not saved then')
    .addHelpText('after', '\nExample:\n  $ topo template import examples/template.json --activate')
    .action(async (file: string, { activate = false }: { activate?: boolean }, command: Command) => {
      const body = { ...readJsonObject(file), ...(activate ? { activate } : {}) };
      const answer = await session.client().post('/app/api/templates', editedTemplateShape, body);
      session.print(command, answer, ({ id, status, problems, template: { name, steps } }) =>
        [
          `Template ${id} ('${name ?? 'no name'}', ${steps.length} steps) is ${status}.`,
          ...(status === 'ACTIVE' || problems.length === 0
            ? []
            : ['Before it can be activated:', ...problems.map(({ problem }) => `  ${problem}`)]),
        ].join('\n'),
      );
    });

  template
    .command('list')
    .description('the templates of the workspace')
    .addOption(statusOption(templateStatuses))
    .addOption(pageOption())
    .addOption(sizeOption())
    .action(async ({ status, page, size }: PageOptions & { status?: string }, command: Command) => {
      const answer = await session.client().get('/v1/sequence-templates', listed, { status, page, size });
      session.print(command, answer, ({ items }) =>
        [
          ...(items.length === 0
            ? []
            : [
                table(
                  ['ID', 'NAME', 'STATUS', 'STEPS', 'TIMEZONE'],
                  items.map((one) => [one.id, one.name, one.status, one.step_count, one.timezone]),
                ),
              ]),
          pageLine(page, answer) ?? [],
        ]
          .flat()
          .join('\n'),
      );
    });

  previewCommand(template, session);
}
