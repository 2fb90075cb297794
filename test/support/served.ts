import type { LinkedIn } from '../../src/adapters/linkedin.ts';
import { createApp } from '../../src/api/app.ts';
import type { ApiDeps, VirtualTime } from '../../src/api/deps.ts';
import { createCallbackQueue } from '../../src/commands/inbound/handle-callback.ts';
import type { CampaignId, SequenceId } from '../../src/domain/ids.ts';
import { scopes as everyScope, type Scope } from '../../src/domain/scope.ts';
import { linkedInCallbacks } from './api.ts';
import { aToken } from './builders.ts';
import { type Deeds, startDeeds } from './deeds.ts';
import { plainCsvReader } from './plain-csv-reader.ts';
import { aCampaign, aHouse, type CampaignSpec, type House, type RunningCampaign, sequencesOf } from './scenario.ts';

/**
 * The API with the engine's deeds on one database and no Temporal: what an activity would do, a test does by hand. A
 * member's token with every scope unless another is given.
 */
export async function startServed(
  options: {
    now?: number;
    /** In the place of the world's own. */
    linkedIn?: LinkedIn;
    virtualTime?: (deeds: Deeds) => VirtualTime;
    deps?: (deeds: Deeds) => Partial<ApiDeps>;
  } = {},
) {
  const { now, linkedIn } = options;
  const deeds = await startDeeds({ ...(now === undefined ? {} : { now }), ...(linkedIn ? { linkedIn } : {}) });
  const callbacks = createCallbackQueue({ ...deeds.deps, ...deeds.commands });
  const app = await createApp({
    ...deeds.commands,
    log: deeds.log,
    site: { webRoot: null, publicUrl: null, temporalUi: null },
    unsubscribeLinks: deeds.deps.unsubscribeLinks,
    isTemporalReady: async () => true,
    virtualTime: options.virtualTime?.(deeds) ?? null,
    dev: null,
    mailer: deeds.deps.mailer,
    csvReader: plainCsvReader,
    writer: deeds.deps.writer,
    mailboxes: deeds.deps.mailboxes,
    linkedIn: deeds.deps.linkedIn,
    linkedInCallbacks,
    handleCallback: callbacks.push,
    vault: deeds.deps.vault,
    allowPrivateHosts: true,
    ...options.deps?.(deeds),
  });
  const house = await aHouse(deeds.db);
  const tokenOf = async ({ workspaceId, memberId }: House, scopes: readonly Scope[] = everyScope) =>
    (await aToken(deeds.db, workspaceId, { memberId, scopes })).token;
  const token = await tokenOf(house);

  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown, as = token) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: answer.json() };
  };

  return {
    ...deeds,
    app,
    callbacks,
    house,
    token,
    tokenOf,
    call,
    get: (url: string, as?: string) => call('GET', url, undefined, as),
    post: (url: string, body?: unknown, as?: string) => call('POST', url, body, as),
    campaign: (spec: CampaignSpec, of: House = house): Promise<RunningCampaign> => aCampaign(deeds.commands, of, spec),
    /** Enrols what may be enrolled now, and writes everybody's copy. */
    async enrol(campaignId: CampaignId): Promise<SequenceId[]> {
      await deeds.enrolBatch(campaignId);
      const ids = (await sequencesOf(deeds.db, campaignId)).map(({ id }) => id);
      for (const id of ids) await deeds.personalise(id);
      return ids;
    },
    /** Listens on a free port; where. */
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    async close() {
      await app.close();
      await callbacks.settled();
      await deeds.stop();
    },
  };
}

export type Served = Awaited<ReturnType<typeof startServed>>;
