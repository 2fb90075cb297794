import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { sequenceShape } from '../api/shapes/sequences.ts';
import { replyIntents } from '../domain/reply.ts';
import { segment } from './options.ts';
import { standing } from './sequences.ts';
import type { Session } from './session.ts';

interface Reply {
  intent: string;
  key?: string;
  returnsOn?: string;
  text?: string;
}

/** `topo reply`. */
export function replyCommand(program: Command, session: Session): void {
  program
    .command('reply')
    .description("tell what a contact's reply means")
    .argument('<sequence>', 'the sequence')
    .addOption(new Option('--intent <intent>', 'what it means').choices(replyIntents).makeOptionMandatory())
    .option('--key <key>', 'its Message-ID, say: a reply told twice acts once')
    .option('--returns-on <date>', 'for out_of_office: when they are back, 2026-12-03')
    .option('--text <text>', 'what was written')
    .addHelpText('after', '\nExample:\n  $ topo reply <sequence id> --intent out_of_office --returns-on 2026-12-03')
    .action(async (id: string, { intent, key, returnsOn, text }: Reply, command: Command) => {
      const answer = await session.client().post(`/v1/sequences/${segment(id)}/replies`, sequenceShape, {
        intent,
        key: key ?? `cli-${randomUUID()}`,
        ...(returnsOn === undefined ? {} : { returns_on: returnsOn }),
        ...(text === undefined ? {} : { text }),
      });
      session.print(command, answer, standing);
    });
}
