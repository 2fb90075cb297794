import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appNow } from '../../src/db/clock.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { TUESDAY_1000 } from '../support/deeds.ts';
import { always, content, steps } from '../support/scenario.ts';
import { type Served, startServed } from '../support/served.ts';

const asked: (number | 'next')[] = [];
let api: Served;
beforeAll(async () => {
  api = await startServed({
    virtualTime: () => ({
      forward: async (to) => {
        asked.push(to);
        return { from: TUESDAY_1000, to: to === 'next' ? TUESDAY_1000 : to, rounds: 1 };
      },
    }),
  });
});
afterAll(() => api.close());

const forward = (body: object) => api.post('/dev/forward', body);

test.each([
  ['30m', 30 * 60_000],
  ['12h', DAY_MS / 2],
  ['3d', 3 * DAY_MS],
  ['2w', 14 * DAY_MS],
])('%s moves the clock so far ahead of the virtual present', async (duration, ms) => {
  const before = await api.db.asSystem(appNow);
  const { status, body } = await forward({ duration });
  const after = await api.db.asSystem(appNow);
  expect(status).toBe(200);
  const to = asked.at(-1);
  expect(Number(to) - ms).toBeGreaterThanOrEqual(before);
  expect(Number(to) - ms).toBeLessThanOrEqual(after);
  expect(body).toEqual({
    from: '2030-03-19T09:00:00Z',
    to: new Date(Number(to)).toISOString().replace(/\.\d+/, ''),
    rounds: 1,
  });
});

test('or to whatever acts next', async () => {
  expect((await forward({ to_next: true })).status).toBe(200);
  expect(asked.at(-1)).toBe('next');
});

test.each([
  [{}],
  [{ duration: '3d', to_next: true }],
  [{ duration: '3 days' }],
  [{ duration: '0d' }],
  [{ duration: '367d' }],
  [{ duration: 3 }],
  [{ to_next: false }],
])('%j is a 400', async (body) => {
  expect((await forward(body)).status).toBe(400);
});

describe('where time is real', () => {
  test('nothing is there', async () => {
    const real = await startServed();
    expect((await real.post('/dev/forward', { duration: '3d' })).body).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    await real.close();
  });
});

test('the clock can be moved to an instant, and never back', async () => {
  const to = new Date(TUESDAY_1000 + 3 * DAY_MS).toISOString();
  expect((await forward({ to })).status).toBe(200);
  expect(asked.at(-1)).toBe(TUESDAY_1000 + 3 * DAY_MS);
  expect((await forward({ to: '2030-03-19T08:00:00Z' })).status).toBe(422);
  expect((await forward({ to, to_next: true })).status).toBe(400);
});

test('before it is moved it says what would move', async () => {
  const { campaignId } = await api.campaign({ content: content(steps('email'), { schedule: always }), leads: 2 });
  await api.enrol(campaignId);
  const { body } = await api.get('/app/api/dev/clock?to=2030-03-20T09:00:00Z');
  expect(body).toEqual({
    now: expect.stringMatching(/^2030-03-19T09:/),
    next_at: expect.stringMatching(/^2030-03-19T/),
    sequences: 2,
    due: 2,
  });
});
