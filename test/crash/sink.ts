import { createServer, type Socket } from 'node:net';
import { until } from '../support/until.ts';

/** Where the sink can step in: a body's first bytes are here, not its last; all of it is; it is accepted, not yet answered. */
export type Moment = 'body' | 'whole' | 'accepted';

/** What happens then: nothing, or the connection is gone, or no answer will ever come. */
export type Turn = 'go on' | 'cut' | 'silence';

/** What became of the mail to one address. */
interface Recipient {
  begun: number;
  /** Message-IDs, one per acceptance. */
  accepted: string[];
  turns: Map<Moment, () => Promise<Turn>>;
}

const ANSWERS: Record<string, string> = {
  EHLO: '250-sink.example\r\n250 SIZE 20000000',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go ahead',
  QUIT: '221 bye',
};

/** An SMTP server that is the truth: which bodies were begun, and which messages it took responsibility for. */
export async function startSink() {
  const recipients = new Map<string, Recipient>();
  const open = new Set<Socket>();
  const recipient = (address: string): Recipient => {
    const known = recipients.get(address) ?? { begun: 0, accepted: [], turns: new Map() };
    recipients.set(address, known);
    return known;
  };
  const server = createServer((socket) => {
    open.add(socket);
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('error', () => undefined); // whoever was killed leaves without a word
    socket.on('close', () => open.delete(socket));
    converse(socket, recipient).finally(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    begun: (to: string) => recipient(to).begun,
    accepted: (to: string): readonly string[] => recipient(to).accepted,
    has: (messageId: string) => [...recipients.values()].some(({ accepted }) => accepted.includes(messageId)),
    /** Steps in once, at the next body to this address. */
    at: (to: string, moment: Moment, turn: () => Promise<Turn>) => void recipient(to).turns.set(moment, turn),
    /** Resolves when every client has left, so that nothing more can come. */
    quiet: () =>
      until(
        () => open.size === 0,
        'the end of every connection',
        () => `${open.size} connections`,
      ),
    /** What a server does with clients that are silent for minutes. */
    async hangUp() {
      for (const socket of open) socket.destroy();
      await until(
        () => open.size === 0,
        'the end of every connection',
        () => `${open.size} connections`,
      );
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type Sink = Awaited<ReturnType<typeof startSink>>;

/** One connection, up to the client's leaving or a turn that ends it. */
async function converse(socket: Socket, recipientOf: (address: string) => Recipient): Promise<void> {
  const client = listenTo(socket);
  let to: Recipient | null = null;
  socket.write('220 sink.example\r\n');
  for (;;) {
    const command = await client.upTo('\r\n');
    if (command === null) return;
    const verb = command.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') to = recipientOf(/<([^>]*)>/.exec(command)?.[1] ?? '');
    socket.write(`${ANSWERS[verb] ?? '500 5.5.1 what?'}\r\n`);
    if (verb !== 'DATA' || to === null) continue;
    const turn = await receive(client, to);
    if (turn === 'cut') return;
    if (turn === 'go on') socket.write('250 2.0.0 taken\r\n');
  }
}

/** One body. No more of it is read while a turn is taken. */
async function receive(client: ReturnType<typeof listenTo>, to: Recipient): Promise<Turn> {
  const turnAt = async (moment: Moment): Promise<Turn> => {
    const turn = to.turns.get(moment);
    to.turns.delete(moment);
    return turn ? turn() : 'go on';
  };
  if (!(await client.hasBegun())) return 'cut';
  to.begun++;
  if (!client.holds(END_OF_BODY) && (await turnAt('body')) === 'cut') return 'cut';
  const message = await client.upTo(END_OF_BODY);
  if (message === null || (await turnAt('whole')) === 'cut') return 'cut';
  to.accepted.push(/^Message-ID: *(\S+)/im.exec(message)?.[1] ?? 'without an id');
  return turnAt('accepted');
}

const END_OF_BODY = '\r\n.\r\n';

/** What the client says, piece by piece. */
function listenTo(socket: Socket) {
  const chunks: AsyncIterator<string> = socket[Symbol.asyncIterator]();
  let held = '';
  const more = async () => {
    const { done, value } = await chunks.next().catch(() => ({ done: true, value: '' }));
    if (done) return false;
    held += value;
    return true;
  };
  return {
    hasBegun: async () => held !== '' || more(),
    holds: (text: string) => held.includes(text),
    /** What comes before `end`, which goes too; null: the client left first. */
    async upTo(end: string): Promise<string | null> {
      for (;;) {
        const at = held.indexOf(end);
        if (at !== -1) {
          const said = held.slice(0, at);
          held = held.slice(at + end.length);
          return said;
        }
        if (!(await more())) return null;
      }
    },
  };
}
