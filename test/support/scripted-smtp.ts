import { createServer, type Socket } from 'node:net';

type Point = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot' | 'quit';

/** What the server does at each point: answer with these lines, cut the connection, or keep silent. */
export type Script = Partial<Record<Point, string | 'cut' | 'silence'>>;

const OBLIGING: Required<Omit<Script, 'body'>> = {
  greeting: '220 mail.example ready',
  ehlo: '250-mail.example\r\n250-AUTH PLAIN\r\n250 SIZE 20000000',
  starttls: '502 no',
  auth: '235 welcome',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 go ahead',
  dot: '250 2.0.0 Ok: queued as 4F1A',
  quit: '221 bye',
};

const points: Record<string, Point> = {
  EHLO: 'ehlo',
  STAR: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  QUIT: 'quit',
};

const END = '\r\n.\r\n';

/** A raw SMTP server for one connection: does what the script says and keeps every byte it was sent. */
export async function startScriptedSmtp(script: Script = {}) {
  const commands: string[] = [];
  let received = '';
  let inBody = false;
  let bodyBytes = 0;
  let gone: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    gone = resolve;
  });

  const act = (socket: Socket, point: Point) => {
    const answer = script[point] ?? (point === 'body' ? 'silence' : OBLIGING[point]);
    if (answer === 'cut') socket.destroy();
    else if (answer !== 'silence') socket.write(`${answer}\r\n`);
    return answer;
  };

  const readBody = (socket: Socket) => {
    if (bodyBytes === 0 && received.length > 0) act(socket, 'body');
    const end = received === '.\r\n' ? 0 : received.indexOf(END);
    bodyBytes += end === -1 ? received.length : 0;
    if (end === -1) {
      received = received.slice(-END.length + 1); // the end may come in two pieces
      bodyBytes -= received.length;
      return false;
    }
    bodyBytes += end;
    received = received.slice(end === 0 ? 3 : end + END.length);
    inBody = false;
    act(socket, 'dot');
    return true;
  };

  const readCommand = (socket: Socket) => {
    const end = received.indexOf('\r\n');
    if (end === -1) return false;
    const command = received.slice(0, end);
    received = received.slice(end + 2);
    commands.push(command);
    const point = points[command.slice(0, 4).toUpperCase()];
    if (point === undefined) socket.write('500 what?\r\n');
    else inBody = act(socket, point).startsWith('354');
    return true;
  };

  const server = createServer((socket) => {
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', gone);
    socket.on('data', (data: string) => {
      received += data;
      while (!socket.destroyed && received !== '' && (inBody ? readBody(socket) : readCommand(socket)));
    });
    act(socket, 'greeting');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    commands,
    bodyBytes: () => bodyBytes + (inBody ? received.length : 0),
    /** The client's connection is gone, so nothing more can come. */
    closed,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
