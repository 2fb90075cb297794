import { connect, createServer } from 'node:net';

/** Everything the embedded runtime starts listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/** A port of the loopback address that nobody listens on, as the system gave it out a moment ago. */
export const freePort = (): Promise<number> => listenBriefly(0);

/** Throws when somebody listens on `port` already. `variable` is the setting that names another one. */
export async function assertPortFree(port: number, variable: string): Promise<void> {
  try {
    await listenBriefly(port);
  } catch (error) {
    const why = codeOf(error) === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${codeOf(error)})`;
    throw new Error(`Port ${port} on ${LOOPBACK} ${why}. Stop what listens there, or set ${variable} to another port.`);
  }
}

/** Whether somebody takes connections on `port`. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: LOOPBACK });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function listenBriefly(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
