import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BadCallback } from '../../src/adapters/linkedin.ts';
import { createLinkedInCallbacks } from '../../src/adapters/linkedin-callbacks.ts';

const callbacks = createLinkedInCallbacks({ secret: 'a secret of the tests' });

const ANN = 'ACoAABexampleAnnAnnAnnAnn';
const MEMBER = 'ACoAABexampleMemberMember';

const relation = {
  event: 'new_relation',
  account_id: 'acc-1',
  account_type: 'LINKEDIN',
  webhook_name: '',
  user_full_name: 'Ann Example',
  user_provider_id: ANN,
  user_public_identifier: 'Ann-Example',
  user_profile_url: 'https://www.linkedin.com/in/Ann-Example/',
  user_picture_url: 'https://pictures.example/1?t=1',
};
const ann = {
  attendee_id: 'attendee-1',
  attendee_name: 'Ann Example',
  attendee_provider_id: ANN,
  attendee_profile_url: `https://www.linkedin.com/in/${ANN}/`,
  attendee_public_identifier: null,
};
const member = { ...ann, attendee_id: 'attendee-2', attendee_name: 'You', attendee_provider_id: MEMBER };
const message = {
  event: 'message_received',
  account_id: 'acc-1',
  account_type: 'LINKEDIN',
  account_info: { type: 'LINKEDIN', feature: 'classic', user_id: MEMBER },
  chat_id: 'chat-1',
  timestamp: '2026-09-24T13:49:07.965Z',
  webhook_name: 'demo',
  message_id: 'message-1',
  message: 'Hello world!',
  sender: ann,
  attendees: [member],
};
const status = (told: string) => ({ AccountStatus: { account_id: 'acc-1', account_type: 'LINKEDIN', message: told } });
const keyOf = (body: unknown) => callbacks.parse(body)[0]?.key;

describe('who may call', () => {
  test('whoever brings the secret in its header, and nobody else', () => {
    expect(callbacks.isAuthentic({ 'unipile-auth': 'a secret of the tests' })).toBe(true);
    for (const headers of [
      {},
      { 'unipile-auth': '' },
      { 'unipile-auth': 'a secret of the test' },
      { 'unipile-auth': 'a secret of the tests ' },
      { 'unipile-auth': ['a secret of the tests'] },
      { authorization: 'a secret of the tests' },
    ])
      expect(callbacks.isAuthentic(headers), JSON.stringify(headers)).toBe(false);
  });
});

describe('a new relation', () => {
  test('is a connection with the public id', () => {
    expect(callbacks.parse(relation)).toEqual([
      {
        kind: 'connected',
        account: 'acc-1',
        key: expect.stringMatching(/^relation:[0-9a-f]{64}$/),
        profile: 'ann-example',
        providerId: ANN,
      },
    ]);
  });

  test('is the same event when it is told again, and another for another person, account or time', () => {
    const key = keyOf(relation);
    expect(keyOf(structuredClone(relation))).toBe(key);
    const others = [
      { ...relation, user_public_identifier: 'bob-example' },
      { ...relation, account_id: 'acc-2' },
      { ...relation, user_picture_url: 'https://pictures.example/1?t=2' },
    ];
    for (const other of others) expect(keyOf(other)).not.toBe(key);
  });

  test.each([
    [{ user_public_identifier: null }, 'ann-example'],
    [{ user_public_identifier: ANN, user_profile_url: `https://www.linkedin.com/in/${ANN}` }, ANN],
    [{ user_public_identifier: null, user_profile_url: null }, ANN],
    [
      { user_public_identifier: '', user_profile_url: 'https://www.linkedin.com/in/ann-%C3%A9xample?x=1' },
      'ann-éxample',
    ],
  ])('with %j names %s', (told, profile) => {
    expect(callbacks.parse({ ...relation, ...told })).toMatchObject([{ profile }]);
  });

  test('with nobody tells nothing', () => {
    const nobody = {
      user_public_identifier: null,
      user_profile_url: 'https://www.linkedin.com/company/x',
      user_provider_id: 'x',
    };
    expect(callbacks.parse({ ...relation, ...nobody })).toEqual([]);
  });
});

describe('a message', () => {
  test('of the person names them by the provider’s id where no public id is told', () => {
    expect(callbacks.parse(message)).toEqual([
      {
        kind: 'message',
        account: 'acc-1',
        key: 'message:message-1',
        profile: ANN,
        text: 'Hello world!',
        isOurs: false,
      },
    ]);
    const known = { ...message, sender: { ...ann, attendee_public_identifier: 'Ann-Example' } };
    expect(callbacks.parse(known)).toMatchObject([{ profile: 'ann-example', providerId: ANN }]);
    const addressed = { ...message, sender: { ...ann, attendee_profile_url: 'https://linkedin.com/in/ann-example' } };
    expect(callbacks.parse(addressed)).toMatchObject([{ profile: 'ann-example' }]);
  });

  test.each([
    ['by its sender', { sender: member, attendees: [ann] }],
    ['by its sender, who is among the attendees', { sender: member, attendees: [member, ann] }],
    ['by its mark', { account_info: null, is_sender: true, sender: member, attendees: [ann] }],
  ])('of the account itself is known %s, and its profile is the other’s', (_how, told) => {
    expect(callbacks.parse({ ...message, ...told })).toMatchObject([{ isOurs: true, profile: ANN }]);
  });

  test('whose account is not told is the person’s', () => {
    const sender = { ...ann, attendee_provider_id: undefined, attendee_public_identifier: 'ann-example' };
    expect(callbacks.parse({ ...message, account_info: { user_id: undefined }, sender })).toMatchObject([
      { isOurs: false, profile: 'ann-example' },
    ]);
  });

  test('without text, as a picture is, has an empty one', () => {
    expect(callbacks.parse({ ...message, message: null })).toMatchObject([{ text: '' }]);
  });

  test('of nobody tells nothing', () => {
    expect(callbacks.parse({ ...message, sender: null })).toEqual([]);
    expect(callbacks.parse({ ...message, sender: member, attendees: [] })).toEqual([]);
  });
});

describe('the status of an account', () => {
  test.each(['OK', 'CREATION_SUCCESS', 'RECONNECTED', 'SYNC_SUCCESS'])('%s is ok', (told) => {
    expect(callbacks.parse(status(told))).toMatchObject([{ kind: 'accountStatus', account: 'acc-1', status: 'ok' }]);
  });

  test.each(['CREDENTIALS', 'ERROR', 'STOPPED', 'DELETED'])('%s is disconnected', (told) => {
    expect(callbacks.parse(status(told))).toMatchObject([{ account: 'acc-1', status: 'disconnected' }]);
  });

  test.each(['CONNECTING', 'SOMETHING_NEW', 'constructor'])('%s tells nothing', (told) => {
    expect(callbacks.parse(status(told))).toEqual([]);
  });

  test('is an event of its own every time, for a login can be lost twice', () => {
    expect(keyOf(status('CREDENTIALS'))).not.toBe(keyOf(status('CREDENTIALS')));
  });
});

test.each([{}, { event: 'message_read', account_id: 7 }, { event: 'mail_received' }, { event: null }])(
  'a kind we do not know tells nothing: %j',
  (body) => {
    expect(callbacks.parse(body)).toEqual([]);
  },
);

test.each<[string, unknown, string]>([
  ['no body', undefined, 'body: invalid_type'],
  ['text', 'Ann Example', 'body: invalid_type'],
  ['a list', [relation], 'body: invalid_type'],
  ['no account', { ...relation, account_id: undefined }, 'account_id: invalid_type'],
  ['an account that is too long', { ...relation, account_id: 'Ann Example'.repeat(20) }, 'account_id: too_big'],
  ['a message without an id', { ...message, message_id: '' }, 'message_id: too_small'],
  ['a message that is no text', { ...message, message: { text: 'Ann Example' } }, 'message: invalid_type'],
  ['a sender that is none', { ...message, sender: 'Ann Example' }, 'sender: invalid_type'],
  ['an attendee that is none', { ...message, attendees: [ann, 'Ann'] }, 'attendees.1: invalid_type'],
  ['an empty status', { AccountStatus: null }, 'AccountStatus: invalid_type'],
  ['a status of nobody', { AccountStatus: { message: 'OK' } }, 'AccountStatus.account_id: invalid_type'],
])('%s is refused by its place, without its value', (_what, body, place) => {
  const parse = () => callbacks.parse(body);
  expect(parse).toThrow(BadCallback);
  expect(parse).toThrow(place);
  try {
    parse();
  } catch (error) {
    expect(inspect(error, { depth: 9 })).not.toContain('Ann');
  }
});
