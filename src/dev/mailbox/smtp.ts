import { SMTPServer, type SMTPServerSession } from 'smtp-server';

const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;

/** An SMTP server that takes everything but what `refusal` names; `receive` stores a message and returns its number. */
export function smtpServer({
  refusal,
  receive,
  log,
}: {
  refusal: (address: string) => { code: number; text: string } | undefined;
  receive: (raw: Buffer, session: SMTPServerSession) => Promise<string>;
  log: (line: string) => void;
}): SMTPServer {
  const server = new SMTPServer({
    name: 'mailbox.example',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MESSAGE_BYTES,
    rejectOversized: true,
    closeTimeout: 1_000,
    onRcptTo: ({ address }, _session, done) => {
      const refused = refusal(address);
      done(refused ? Object.assign(new Error(refused.text), { responseCode: refused.code }) : null);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(); // smtp-server says 552 itself
        receive(Buffer.concat(chunks), session).then(
          (id) => done(null, `2.0.0 Ok: queued as ${id}`),
          (error: unknown) => {
            log(`mailbox: a message could not be stored: ${error instanceof Error ? error.message : error}`);
            done(Object.assign(new Error('4.3.0 could not be stored'), { responseCode: 451 }));
          },
        );
      });
    },
  });
  server.on('error', (error) => log(`mailbox: ${error.message}`));
  return server;
}
