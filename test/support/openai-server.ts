import { createServer, type ServerResponse } from 'node:http';

/** What a chat completion was asked with. */
export interface AskedCompletion {
  authorization: string | undefined;
  body: {
    model: string;
    temperature: number;
    max_tokens: number;
    messages: { role: string; content: string }[];
    response_format?: { type: string };
  };
}

/** What the model answers: these words, or something else than an answer. */
export type Completion = string | ((response: ServerResponse) => void);

/** An OpenAI-compatible server over real HTTP: gives each question the next answer, and keeps what it was asked. */
export async function startOpenAiServer() {
  const asked: AskedCompletion[] = [];
  const answers: Completion[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({
        authorization: request.headers.authorization,
        body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      });
      const answer = answers.shift();
      if (request.url !== '/v1/chat/completions' || answer === undefined) return void response.writeHead(404).end();
      if (typeof answer === 'function') answer(response);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(completion(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    asked,
    answer: (...next: Completion[]) => void answers.push(...next),
    /** Nobody has asked anything, and no answer waits. */
    forget() {
      asked.length = 0;
      answers.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The body of an answer that says `content`. */
export const completion = (content: string, finishReason = 'stop'): string =>
  JSON.stringify({
    id: 'completion-1',
    object: 'chat.completion',
    created: 0,
    model: 'test',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
