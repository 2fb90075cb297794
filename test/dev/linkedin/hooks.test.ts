import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpLinkedIn } from '../../../src/adapters/http-linkedin.ts';
import { linkedInHooks } from '../../../src/dev/linkedin/hooks.ts';
import { type LinkedInSimulator, startLinkedInSimulator } from '../../../src/dev/linkedin/simulator.ts';
import { CALLBACK_SECRET } from '../../support/api.ts';
import { accountOf, anEnrolled, type Enrolled } from '../../support/enrolled.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { sequenceRow, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';
import { aFolder } from '../servers/servers.ts';

/** What the account of every test's house is called at its provider. */
const EXTERNAL = 'account-1';

let served: Served;
let simulator: LinkedInSimulator;
let removeFolder: () => void;

beforeAll(async () => {
  const { folder, remove } = aFolder();
  removeFolder = remove;
  simulator = await startLinkedInSimulator({ port: 0, dir: folder, apiKey: 'key', callbackWaitsMs: [] });
  served = await startServed({
    linkedIn: createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'key', timeoutMs: PATIENCE_MS }),
  });
  simulator.callBackTo(linkedInHooks(served.db, await served.listen(), CALLBACK_SECRET));
});
afterAll(async () => {
  await simulator.stop();
  await served.close();
  removeFolder();
});

/** Every callback that the simulator owes was taken and handled. */
async function told() {
  await simulator.calledBack();
  await served.callbacks.settled();
}

/** One attempt of the step that is next, when it is due. */
const performDue = async ({ id }: Enrolled) => served.performStep(id, (await sequenceRow(served.db, id)).nextAt ?? 0);

const statusOf = async ({ id }: Enrolled) => {
  const { status, endReason } = await sequenceRow(served.db, id);
  return [status, endReason];
};

test('what people press in the simulator reaches their sequence by the provider’s callbacks', async () => {
  const sequence = await anEnrolled(served, {
    house: served.house,
    steps: steps('linkedin_invitation', 'linkedin_message', 'linkedin_message'),
  });
  expect(await performDue(sequence)).toMatchObject({ kind: 'done' });
  expect(simulator.state().invitations).toMatchObject([{ accountId: EXTERNAL, profile: sequence.profile }]);
  expect(await performDue(sequence)).toMatchObject({ kind: 'waitingForLead' });

  simulator.accept(EXTERNAL, sequence.profile);
  await told();
  expect(served.announced).toContainEqual(
    expect.objectContaining({ sequenceId: sequence.id, news: { kind: 'connectionAccepted' } }),
  );
  await performDue(sequence);
  expect(simulator.state().messages).toHaveLength(2); // the note, then the message

  simulator.reply(EXTERNAL, sequence.profile, 'We are not interested.');
  await told();
  expect(await statusOf(sequence)).toEqual(['STOPPED_EARLY', 'negative_reply']);
});

test('a login lost and found in the simulator is that of the account', async () => {
  const status = async () => (await accountOf(served, served.house.linkedInAccount)).status;
  simulator.disconnect(EXTERNAL);
  await told();
  expect(await status()).toBe('DISCONNECTED');
  simulator.reconnect(EXTERNAL);
  await told();
  expect(await status()).toBe('CONNECTED');
});
