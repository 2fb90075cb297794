import { createServer, type Socket } from 'node:net';
import { listen } from '../local-server.ts';
import type { ImapFolder } from './imap-folder.ts';
import { serveImap } from './imap-session.ts';

/**
 * A small IMAP4rev1 server on the loopback, without TLS: enough for the mailbox adapter, and for an ordinary mail client
 * to look in. Flags that clients set live as long as the server and the folder's object do.
 */
export async function startImapServer({
  port,
  variable,
  authenticate,
  log,
}: {
  port: number;
  variable: string;
  /** null: wrong user or password. */
  authenticate(user: string, password: string): readonly ImapFolder[] | null;
  log?: (line: string) => void;
}): Promise<{ port: number; stop(): Promise<void> }> {
  const open = new Set<Socket>();
  const flags = new WeakMap<ImapFolder, Map<number, readonly string[]>>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    void serveImap(socket, { authenticate, flags, log });
  });
  const actual = await listen(server, port, variable);
  return {
    port: actual,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
