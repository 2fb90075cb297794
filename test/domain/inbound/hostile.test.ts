import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ParsedMail } from '../../../src/domain/inbound/inbound.ts';
import { judgeMail } from '../../../src/domain/inbound/inbound-verdict.ts';
import { TODAY } from '../../support/mail.ts';
import { processorTime } from '../../support/processor-time.ts';

const parsedMail = (parts: Partial<ParsedMail>): ParsedMail => ({
  messageId: '<1@contact.example>',
  inReplyTo: null,
  references: [],
  from: { name: '', address: 'grace@contact.example' },
  to: [],
  subject: '',
  headers: [],
  text: '',
  html: null,
  reports: [],
  ...parts,
});

const pieces = [
  ' ',
  '\n',
  '\t ',
  '>',
  '> ',
  'a',
  '1',
  '1/',
  '1.',
  '12/12/',
  '20-',
  '1 ',
  'on 4 january until ',
  'On 2 Mar 2026 at 10:00, ',
  'on 2026\n',
  'a <a@b.c> wrote ',
  'Ada <',
  '--- ',
  'from: a@b\n',
  'date: 2026\nto: a,\n@,\n',
  'received: ',
  'copy of the ',
  '<div class="gmail_attr">',
  '<blockquote type="cite">a',
  '</div>',
  'jan ',
  'from: ',
  'from:\nsent:\n',
  'wrote:',
  '@',
  ' wrote: @\n',
  '-----',
  '_',
  'remove me ',
  'not ',
  'not interested in your ',
  'please ',
  'please, ',
  'unsubscribe from ',
  'keine mails ',
  'no, thanks, ',
  '?',
  '.',
  '... ',
  '<',
  '<a@b> ',
  'message-id: <a@b>\n',
  'status: 5.1.1\n',
  'user ',
  'mailbox ',
  'i am ',
  'on ',
  'out of the office ',
  '配信',
  '1月1日',
  'ß',
  '\u0130',
  '\ufdfa',
  '5.1.1 ',
  'until ',
  'tuesday ',
  'how about tuesday ',
];

/** The same piece in every place that is read. */
function everywhere(piece: string, characters: number): ParsedMail[] {
  const text = piece.repeat(Math.ceil(characters / piece.length)).slice(0, characters);
  const reports = ['message/delivery-status', 'message/rfc822', 'message/feedback-report', 'text/calendar'].map(
    (type) => ({ type, text }),
  );
  const from = { name: '', address: 'mailer-daemon@contact.example' };
  const headers = [
    { name: 'content-type', value: 'multipart/report' },
    { name: 'auto-submitted', value: text },
  ];
  return [
    parsedMail({ text, subject: text }),
    parsedMail({ text, html: text }),
    parsedMail({ text, subject: text, from }),
    parsedMail({ text, headers }),
    parsedMail({ headers, text, reports: reports.slice(0, 2) }),
    parsedMail({ headers, text, reports: reports.slice(2) }),
    parsedMail({ text, reports: reports.slice(3) }),
  ];
}

const judge = (mails: readonly ParsedMail[]) => {
  for (const mail of mails) judgeMail(mail, { today: TODAY });
};

test.each(pieces)('four times as much of %j costs no more than linear work', (piece) => {
  const [few, many] = [everywhere(piece, 5_000), everywhere(piece, 20_000)];
  const little = processorTime(() => judge(few));
  // Linear is a factor of 4, quadratic 16; the constant is what little costs anyway.
  expect(processorTime(() => judge(many))).toBeLessThan(9 * little + 20);
});

test('no mail makes the rules throw', () => {
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, fc.string({ unit: 'binary' }), (subject, body, noise) => {
      const reports = ['message/delivery-status', 'message/rfc822', 'text/calendar'].map((type) => ({
        type,
        text: body,
      }));
      for (const from of [null, { name: noise, address: noise }])
        for (const headers of [
          [],
          [{ name: 'content-type', value: 'multipart/report' }],
          [{ name: noise, value: noise }],
        ])
          judgeMail(parsedMail({ subject, text: body + noise, from, headers, reports }), { today: TODAY });
    }),
  );
});
