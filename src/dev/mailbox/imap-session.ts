import type { Socket } from 'node:net';
import { commands } from './imap-commands.ts';
import { BadCommand, type Command, readCommand, readInput, Unreadable } from './imap-reader.ts';
import type { Service, Session } from './imap-state.ts';

const MAX_LITERAL_BYTES = 25 * 1024 * 1024;
/** A stranger has a user and a password to say, and nothing else. */
const MAX_STRANGER_BYTES = 1024;

/** Speaks IMAP4rev1 (RFC 3501) until one of the two leaves. Never throws. */
export async function serveImap(socket: Socket, service: Service, { greet = true } = {}): Promise<void> {
  socket.on('error', () => undefined); // the end of its input says the same
  socket.setNoDelay(true); // an answer is many small lines, and the client waits for the last
  const write = (data: Buffer) => new Promise<void>((resolve) => socket.write(data, () => resolve()));
  const say = (...parts: (string | Buffer)[]) =>
    write(Buffer.concat([...parts, '\r\n'].map((part) => (typeof part === 'string' ? Buffer.from(part) : part))));
  const session: Session = {
    service,
    input: readInput(socket),
    folders: null,
    selected: null,
    tell: (...parts) => say('* ', ...parts),
    goOn: (text) => say(`+ ${text}`),
    tellNews: async () => {
      const { selected } = session;
      const view = selected?.folder.messages();
      if (!selected || !view || view.length === selected.view.length) return;
      selected.view = [...view];
      await say(`* ${view.length} EXISTS`);
    },
    leaving: false,
  };

  try {
    if (greet) await session.tell(`OK ready`);
    while (!session.leaving) {
      const answer = await answerNext(session);
      if (answer === null) break;
      await session.tellNews();
      await say(answer);
    }
  } catch (error) {
    // A client that leaves half-way makes its socket throw; only what cannot be read is worth a word.
    if (error instanceof Unreadable) await session.tell(`BYE ${error.message}`);
  } finally {
    socket.end();
    socket.destroySoon();
  }
}

/** The tagged answer to the next command; null when the client is gone. */
async function answerNext(session: Session): Promise<string | null> {
  let command: Command | null;
  try {
    const limit = session.folders === null ? MAX_STRANGER_BYTES : MAX_LITERAL_BYTES;
    command = await readCommand(session.input, limit, () => void session.goOn('go on'));
  } catch (error) {
    if (error instanceof BadCommand) return `${error.tag} ${error.status} ${error.message}`;
    throw error;
  }
  if (command === null) return null;
  const { tag, name } = command;
  const known = commands[name];
  if (!known) return `${tag} BAD ${name} is not known here`;
  if (known.needs !== 'nobody' && session.folders === null) return `${tag} BAD ${name} wants a login first`;
  if (known.needs === 'folder' && session.selected === null) return `${tag} BAD ${name} wants a folder first`;
  try {
    await session.tellNews(); // so that a client that asks anew sees what came meanwhile
    return `${tag} ${await known.run(session, command.args)}`;
  } catch (error) {
    if (error instanceof BadCommand) return `${tag} ${error.status} ${error.message}`;
    if (error instanceof Unreadable || !(error instanceof Error)) throw error;
    session.service.log?.(`imap: ${name}: ${error.message}`);
    return `${tag} NO [SERVERBUG] ${name} did not work`;
  }
}
