import { parseMail } from '../../src/adapters/parse-mail.ts';
import type { InboundVerdict, ParsedMail } from '../../src/domain/inbound/inbound.ts';
import { judgeMail } from '../../src/domain/inbound/inbound-verdict.ts';

/** The day on which every fixture is read. */
export const TODAY = '2026-11-19';

/** A full message (RFC 5322, line breaks as LF) and what must be read from it. */
export interface MailFixture {
  name: string;
  source: string;
  expected: InboundVerdict extends infer Verdict
    ? Verdict extends { kind: 'reply' }
      ? Omit<Verdict, 'text'>
      : Verdict
    : never;
}

/** A message with CRLF line ends, as a server delivers it, through the parser of the real service. */
const parsed = (source: string): Promise<ParsedMail> => parseMail(Buffer.from(source.replace(/\r?\n/g, '\r\n')));

/** The verdict on a message, without the text of a reply. */
export async function judged(source: string): Promise<MailFixture['expected']> {
  const verdict = judgeMail(await parsed(source), { today: TODAY });
  if (verdict.kind !== 'reply') return verdict;
  return { kind: 'reply', intent: verdict.intent };
}
