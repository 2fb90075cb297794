import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AnswerClass, type AnswerStage, classifyAnswer } from '../../src/domain/smtp-answer.ts';
import { processorTime } from '../support/processor-time.ts';

type Row = readonly [AnswerClass, AnswerStage, number, string | null, string];

/** Answers as servers give them, in the order of the table in reliability 3. */
const answers: readonly Row[] = [
  ['authentication', 'auth', 535, '5.7.8', 'Username and Password not accepted'],
  ['authentication', 'auth', 535, null, 'authentication failed, too many attempts'],
  ['authentication', 'auth', 534, '5.7.9', 'Application-specific password required'],
  ['authentication', 'auth', 504, null, 'Unrecognized authentication type'],
  ['authentication', 'mail', 530, '5.7.57', 'Client not authenticated to send mail'],
  ['authentication', 'mail', 530, null, 'Must issue a STARTTLS command first'],

  ['limit', 'body', 550, '5.4.5', 'Daily user sending quota exceeded'],
  ['limit', 'mail', 421, '4.7.0', 'Try again later, closing connection'],
  ['limit', 'rcpt', 450, '4.7.28', 'Our system has detected an unusual rate'],
  ['limit', 'body', 550, '5.1.90', 'You have reached your daily limit for message recipients'],
  ['limit', 'body', 432, '4.3.2', 'STOREDRV.ClientSubmit; sender thread limit exceeded'],
  ['limit', 'mail', 454, null, 'Throttling failure: Daily message quota exceeded'],
  ['limit', 'mail', 454, null, 'Throttling failure: Maximum sending rate exceeded'],
  ['limit', 'auth', 454, '4.7.0', 'Too many login attempts, please try again later'],
  ['limit', 'rcpt', 550, null, 'This mailbox has passed its hourly sending limit'],

  ['temporary', 'rcpt', 450, '4.2.0', 'Greylisted, see http://example.org/'],
  ['temporary', 'rcpt', 451, '4.7.1', 'Greylisting in action, please come back later'],
  ['temporary', 'rcpt', 452, '4.2.2', 'Mailbox full, storage limit reached'],
  ['temporary', 'rcpt', 452, null, 'mailbox size limit exceeded'],
  ['temporary', 'body', 451, '4.3.0', 'Try again'],
  ['temporary', 'body', 421, '4.4.2', 'Timeout'],
  ['temporary', 'auth', 454, '4.7.0', 'Temporary authentication failure'],
  ['temporary', 'connect', 421, null, 'Service not available'],
  ['temporary', 'connect', 554, '5.7.1', 'Your address is on a block list'],
  ['temporary', 'connect', 502, null, 'STARTTLS not implemented'],

  ['unknown_recipient', 'rcpt', 550, '5.1.1', 'No such user'],
  ['unknown_recipient', 'rcpt', 550, '5.1.10', 'Recipient not found by SMTP address lookup'],
  ['unknown_recipient', 'rcpt', 550, '5.4.1', 'Recipient address rejected: Access denied'],
  ['unknown_recipient', 'body', 550, '5.1.1', 'User unknown'],
  ['unknown_recipient', 'data', 554, '5.1.1', 'User unknown'],
  ['unknown_recipient', 'rcpt', 550, null, 'no mailbox here by that name'],

  ['policy', 'rcpt', 550, null, 'Blocked, see https://example.org/blocked'],
  ['policy', 'rcpt', 550, null, 'relay not permitted'],
  ['policy', 'rcpt', 554, null, 'transaction failed'],
  ['policy', 'rcpt', 551, null, 'User not local'],
  ['policy', 'rcpt', 553, null, 'mailbox name not allowed'],
  ['policy', 'rcpt', 550, '5.7.1', 'Message rejected by policy'],
  ['policy', 'rcpt', 550, '5.2.1', 'Mailbox disabled'],
  ['policy', 'rcpt', 552, '5.2.2', 'Mailbox full, quota limit'],
  ['policy', 'mail', 550, '5.1.1', 'Sender unknown'],
  ['policy', 'mail', 553, null, 'sender address rejected: not owned by user'],
  ['policy', 'body', 554, '5.1.8', 'Access denied, bad outbound sender'],
  ['policy', 'body', 550, null, 'looks like spam'],
  ['policy', 'body', 550, '5.7.26', 'Unauthenticated mail is prohibited'],
  ['policy', 'body', 552, '5.3.4', 'Message size exceeds the fixed limit'],
  ['policy', 'body', 554, '5.4.6', 'Too many hops'],
];

/** From Sam at ours.example to Grace at firm.example, in the manner of the servers people run. */
const overheard: readonly Row[] = [
  // There is no such address, whoever says it, at whichever command, with a status or without.
  ['unknown_recipient', 'rcpt', 550, null, 'No such user here'],
  ['unknown_recipient', 'rcpt', 550, null, 'No Such User Here (grace@firm.example)'],
  [
    'unknown_recipient',
    'rcpt',
    550,
    '5.1.1',
    '<grace@firm.example>: Recipient address rejected: User unknown in virtual mailbox table',
  ],
  [
    'unknown_recipient',
    'rcpt',
    550,
    '5.1.1',
    '<grace@firm.example>: Recipient address rejected: undeliverable address: host mx.firm.example[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command)',
  ],
  ['unknown_recipient', 'rcpt', 550, '5.1.0', '<grace@firm.example>: Recipient address rejected: no such mailbox'],
  ['unknown_recipient', 'rcpt', 550, null, 'Unknown user: grace@firm.example'],
  ['unknown_recipient', 'rcpt', 550, null, 'unknown local-part "grace" in domain "firm.example"'],
  [
    'unknown_recipient',
    'rcpt',
    550,
    '5.1.1',
    'The account you want to reach is not there. Check the address for typos, see https://help.mail.example/?p=NoSuchUser ab12-3si45 - xsmtp',
  ],
  [
    'unknown_recipient',
    'rcpt',
    550,
    '5.1.10',
    'RESOLVER.ADR.RecipientNotFound; Recipient grace@firm.example not found by SMTP address lookup',
  ],
  [
    'unknown_recipient',
    'rcpt',
    550,
    '5.4.1',
    'Recipient address rejected: Access denied. AS(1234) [AB1.prod.outlook.example 2026-11-18T10:00:00Z 08DE]',
  ],
  [
    'unknown_recipient',
    'body',
    554,
    null,
    "delivery error: dd This user doesn't have a firm.example account (grace@firm.example) [0] - mta7.firm.example",
  ],
  ['unknown_recipient', 'rcpt', 511, null, 'sorry, no mailbox here by that name (#5.1.1 - chkuser)'],
  ['unknown_recipient', 'rcpt', 550, '5.1.1', 'Destinataire inconnu. Invalid recipient. XYZ_416 [416]'],
  ['unknown_recipient', 'data', 550, null, 'mailbox grace@firm.example does not exist'],
  ['unknown_recipient', 'rcpt', 550, null, 'Recipient unknown'],
  ['unknown_recipient', 'rcpt', 550, '5.1.2', '<grace@firm.example>: Recipient address rejected: Domain not found'],

  // Our address, or who we say we are.
  ['policy', 'rcpt', 550, '5.1.0', '<sam@ours.example>: Sender address rejected: User unknown in virtual alias table'],
  ['policy', 'rcpt', 550, '5.1.0', '<sam@ours.example>: Sender address rejected'],
  [
    'policy',
    'rcpt',
    550,
    '5.1.1',
    '<sam@ours.example>: Sender address rejected: User unknown in local recipient table',
  ],
  ['policy', 'rcpt', 550, '5.1.7', '<sam@ours.example>: Sender address rejected: undeliverable address'],
  ['policy', 'rcpt', 550, '5.1.8', '<sam@ours.example>: Sender address rejected: Domain not found'],
  ['policy', 'rcpt', 550, null, 'Verification failed for <sam@ours.example> No Such User Here Sender verify failed'],
  ['policy', 'rcpt', 550, null, 'Callback setup failed while asking <sam@ours.example>: 550 unknown user'],
  ['policy', 'rcpt', 550, null, 'invalid sender: user unknown'],
  ['policy', 'rcpt', 553, null, 'sorry, your envelope sender domain must exist (#5.1.8)'],
  ['policy', 'rcpt', 550, '5.1.1', 'MAIL FROM address does not exist'],
  ['policy', 'body', 550, null, 'The return path <sam@ours.example> could not be found'],
  ['policy', 'body', 550, '5.2.252', 'SendAsDenied; sam@ours.example not allowed to send as office@ours.example'],

  // Our host and our network.
  ['policy', 'rcpt', 550, null, 'HELO name out.ours.example is an unknown address here'],
  ['policy', 'rcpt', 504, '5.5.2', '<out>: Helo command rejected: need fully-qualified hostname'],
  ['policy', 'rcpt', 550, null, 'Client host rejected: cannot find your hostname, [192.0.2.9]'],
  ['policy', 'rcpt', 550, null, 'No PTR record: unknown address 192.0.2.9'],
  ['policy', 'rcpt', 554, '5.7.1', 'Service unavailable; Client host [192.0.2.9] blocked using zen.lists.example'],
  ['policy', 'rcpt', 550, null, 'Rejected because 192.0.2.9 is in a black list at bl.lists.example'],
  ['policy', 'rcpt', 550, null, 'https://lists.example/user-unknown?ip=192.0.2.9'],
  ['policy', 'rcpt', 553, '5.1.3', 'You are listed, https://lists.example/query/192.0.2.9'],
  [
    'policy',
    'rcpt',
    550,
    '5.7.1',
    'Unfortunately, messages from [192.0.2.9] were not sent. Part of their network is on our block list (S3140)',
  ],

  // Nothing that is said of an address, or several things.
  ['policy', 'rcpt', 550, '5.5.0', 'Requested action not taken: mailbox unavailable (S2017)'],
  ['policy', 'rcpt', 550, null, 'Requested action not taken: mailbox unavailable'],
  ['policy', 'rcpt', 550, null, 'Mailbox not found or access denied'],
  ['policy', 'rcpt', 550, null, '#5.1.0 Address rejected.'],
  ['policy', 'rcpt', 550, null, 'Unrouteable address'],
  ['policy', 'rcpt', 550, null, 'no such user (#5.7.1)'],
  ['policy', 'rcpt', 550, '5.1.1', 'Mailbox full or user unknown'],
  ['policy', 'rcpt', 553, '5.7.1', "sorry, that domain isn't in my list of allowed rcpthosts"],
];

test.each([...answers, ...overheard])('%s: at %s, %i %s %s', (expected, stage, code, enhanced, text) => {
  expect(classifyAnswer({ stage, code, enhanced, text })).toBe(expected);
});

test('a 4xx is never a reason to give up on a contact or a message', () => {
  for (const stage of ['connect', 'auth', 'mail', 'rcpt', 'data', 'body'] as const)
    for (let code = 400; code < 500; code++)
      for (const enhanced of [null, '4.1.1', '4.7.1', '4.2.2'])
        expect(['temporary', 'limit']).toContain(classifyAnswer({ stage, code, enhanced, text: 'user unknown' }));
});

/** Atoms of an address or a host: words that mean something to the rules wherever they are taken for the server's own. */
const atom = fc.oneof(
  fc.constantFrom('limit', 'unlimited', 'too-many', 'quota', 'spam', 'blocked', 'full', 'policy', 'denied', 'greylist'),
  fc.constantFrom('user-unknown', 'no-such-user', 'sender', 'helo', 'mailbox', 'utente-sconosciuto', 'throttle', '451'),
  fc.stringMatching(/^[a-z0-9]{1,12}$/),
);
const local = fc.oneof(
  fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.')),
  fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/),
);
const domain = fc
  .tuple(fc.array(atom, { minLength: 1, maxLength: 3 }), fc.constantFrom('example', 'test', 'spam', 'limit'))
  .map(([atoms, last]) => [...atoms, last].join('.'));

test('the letters of an address or a host never decide', () => {
  const settings = fc.record({ ours: local, theirs: local, our: domain, their: domain });
  fc.assert(
    fc.property(fc.constantFrom(...overheard), settings, ([expected, stage, code, enhanced, template], names) => {
      const text = template
        .replaceAll('sam@', () => `${names.ours}@`)
        .replaceAll(/\bgrace\b/g, () => names.theirs)
        .replaceAll('ours.example', () => names.our)
        .replaceAll('firm.example', () => names.their);
      expect(classifyAnswer({ stage, code, enhanced, text })).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['_', '-', '.', 'a.', '@', '"a', 'http://'])(
  'four times as much of %j costs no more than linear work',
  (piece) => {
    const read = (characters: number) => () =>
      void classifyAnswer({ stage: 'rcpt', code: 550, enhanced: null, text: piece.repeat(characters / piece.length) });
    const little = processorTime(read(2_000));
    expect(processorTime(read(8_000))).toBeLessThan(9 * little + 20); // a longer one is cut
  },
);
