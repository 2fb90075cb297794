import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/db/new-id.ts';
import { inboundMessages } from '../../../src/db/schema.ts';
import type { InboundId } from '../../../src/domain/ids.ts';
import { anEnrolled, first } from '../../support/enrolled.ts';
import { aHouse, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

/** An enrolled contact of the viewer's workspace who wrote back. */
async function aReply(html: string | null) {
  const one = await anEnrolled(api, { steps: steps('email'), house: api.house });
  const id = newId<InboundId>();
  await api.db.inWorkspace(one.workspaceId, (tx) =>
    tx.insert(inboundMessages).values({
      id,
      workspaceId: one.workspaceId,
      accountId: one.emailAccount,
      messageId: `<${id}@lead.example>`,
      kind: 'reply',
      sequenceId: one.id,
      fromAddress: one.email,
      subject: 'Re: Hello',
      text: 'Tell me more',
      html,
      receivedAt: one.enrolledAt,
    }),
  );
  return { ...one, replyId: id };
}

const frame = (id: InboundId, token = api.token) =>
  api.app.inject({
    method: 'GET',
    url: `/app/api/replies/${id}/html`,
    headers: { authorization: `Bearer ${token}` },
  });

test('a reply is served as its sender wrote it, under a policy that lets it do nothing and load nothing', async () => {
  const { replyId } = await aReply('<p>Tell me <b>more</b></p><script>alert(1)</script>');
  const answer = await frame(replyId);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  expect(answer.body).toContain('<p>Tell me <b>more</b></p>');
});

test('one without HTML, of another workspace, or that never was, is not there; who may not read sequences may not read it', async () => {
  const html = await aReply('<p>Hello</p>');
  const plain = await aReply(null);
  const stranger = await api.tokenOf(await aHouse(api.db));
  const lacking = await api.tokenOf(api.house, ['tasks:read']);
  const asked = [frame(plain.replyId), frame(newId<InboundId>()), frame(html.replyId, stranger)];
  for (const answer of await Promise.all(asked)) {
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  }
  expect((await frame(html.replyId, lacking)).statusCode).toBe(403);
});

test('a sequence tells what came back to it, and whether there is HTML', async () => {
  const { id, replyId, email } = await aReply('<p>Tell me more</p>');
  const { body } = await api.get(`/v1/sequences/${id}`);
  expect(first(body.replies)).toEqual({
    id: replyId,
    kind: 'reply',
    from: email,
    subject: 'Re: Hello',
    text: 'Tell me more',
    has_html: true,
    intent: null,
    decided_by: null,
    received_at: expect.stringMatching(/Z$/),
  });
});
