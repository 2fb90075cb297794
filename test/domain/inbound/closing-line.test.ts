import { expect, test } from 'vitest';
import { intentOf } from '../../../src/domain/inbound/reply-rules.ts';

/** Above the line in question stands something that a rule takes for a yes, and below it a name. */
const inALetter = (line: string) => `Hello Ada,\n\nYes, let's talk.\n${line}\nGrace`;

test.each([
  'Thanks, but please remove me from your list.',
  'Merci de me retirer de votre liste.',
  'Danke, bitte keine weiteren E-Mails.',
  'Gracias, no me escriban más.',
  'Grazie, non contattatemi più.',
  'Bedankt, graag verwijderen uit uw lijst.',
  'Obrigado, não me contactem mais.',
  'Tack, ta bort mig från listan.',
])('a line that begins as a closing and asks for something is heeded: %s', (line) => {
  expect(intentOf('', inALetter(line))).toBe('unsubscribe');
});

test.each([
  'Thanks',
  'Thanks a lot, Grace',
  'Kind regards, Grace Hopper',
  'Mit freundlichen Grüßen',
  'Merci beaucoup',
  'Cordialement, Grace Hopper',
  'Un saludo, Grace',
  'Met vriendelijke groet',
])('a closing says nothing: %s', (line) => {
  expect(intentOf('', inALetter(line))).toBe('positive');
});

test.each(['Please unsubscribe.', 'Bitte abmelden.', 'Please stop.', 'Graag uitschrijven.'])(
  'one word with a "please" was written, and is no footer: %s',
  (line) => {
    expect(intentOf('', `Hello Ada,\n\nI saw your note last week.\n\n${line}\nGrace`)).toBe('unsubscribe');
  },
);
