import { z } from 'zod';
import { connectAccount } from '../../commands/accounts/connect-account.ts';
import { connectLinkedInAccount } from '../../commands/accounts/connect-linkedin-account.ts';
import { type AccountChange, editAccount } from '../../commands/accounts/edit-account.ts';
import { pauseAccount } from '../../commands/accounts/pause-account.ts';
import { reconnectAccount } from '../../commands/accounts/reconnect-account.ts';
import { removeAccount } from '../../commands/accounts/remove-account.ts';
import { resumeAccount } from '../../commands/accounts/resume-account.ts';
import { testAccount } from '../../commands/accounts/test-account.ts';
import type { AccountDeps, Caller } from '../../commands/deps.ts';
import { findAccountView, listAccounts } from '../../db/account-reads.ts';
import { accountStatuses, channels } from '../../domain/accounts/account.ts';
import type { AccountId, MemberId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import {
  type AccountShown,
  accountPage,
  accountShape,
  changedAccount,
  type NewAccountGiven,
  newAccount,
  removedAccountShape,
  showAccount,
} from '../shapes/accounts.ts';
import { noBody } from '../shapes/inputs.ts';
import { pageAnswer, paging, pathId } from '../shapes/primitives.ts';

const listQuery = z.strictObject({
  channel: z.enum(channels).optional(),
  status: z.enum(accountStatuses).optional().describe('Left out: all but the removed ones.'),
  ...paging,
});

const read = { scope: 'accounts:read' } as const;
const write = { scope: 'accounts:write' } as const;

/** The verbs that answer nothing but where the account stands then. */
const verbs: Record<
  'test' | 'pause' | 'resume' | 'reconnect',
  (deps: AccountDeps, caller: Caller, id: AccountId) => Promise<void>
> = {
  test: testAccount,
  pause: pauseAccount,
  resume: resumeAccount,
  reconnect: reconnectAccount,
};

/** `/v1/accounts`: connect an email or a LinkedIn account, see how each fares, test, edit, pause, resume, reconnect and remove it. */
export function accountRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const params = pathId<AccountId>();
  const show = async ({ workspaceId }: Caller, id: AccountId): Promise<AccountShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => findAccountView(tx, id));
    if (!found) throw new Refusal('not_found', { noun: 'account', id });
    return showAccount(found);
  };

  app.post(
    '/v1/accounts',
    { config: write, schema: { body: newAccount, response: { 201: accountShape } } },
    async ({ caller, identity, body }, reply) => {
      const id = await connect(deps, caller, body, body.member_id ?? identity?.memberId ?? null);
      return reply.code(201).send(await show(caller, id));
    },
  );

  app.get(
    '/v1/accounts',
    { config: read, schema: { querystring: listQuery, response: { 200: accountPage } } },
    async ({ caller, query }) => {
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) => listAccounts(tx, query, query));
      return pageAnswer(items.map(showAccount), totalCount, query);
    },
  );

  app.get(
    '/v1/accounts/:id',
    { config: read, schema: { params, response: { 200: accountShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  app.patch(
    '/v1/accounts/:id',
    { config: write, schema: { params, body: changedAccount, response: { 200: accountShape } } },
    async ({ caller, params: { id }, body }) => {
      await editAccount(deps, caller, id, changeOf(body));
      return show(caller, id);
    },
  );

  for (const [verb, act] of Object.entries(verbs))
    app.post(
      `/v1/accounts/:id/${verb}`,
      { config: write, schema: { params, body: noBody, response: { 200: accountShape } } },
      async ({ caller, params: { id } }) => {
        await act(deps, caller, id);
        return show(caller, id);
      },
    );

  app.delete(
    '/v1/accounts/:id',
    { config: write, schema: { params, response: { 200: removedAccountShape } } },
    async ({ caller, params: { id } }) => {
      const { ended } = await removeAccount(deps, caller, id);
      return { ...(await show(caller, id)), ended_sequences: ended };
    },
  );
}

function connect(
  deps: AccountDeps,
  caller: Caller,
  body: NewAccountGiven,
  memberId: MemberId | null,
): Promise<AccountId> {
  const habits = {
    memberId,
    senderName: body.sender_name,
    senderJobTitle: body.sender_job_title,
    zone: body.timezone,
    dailyCap: body.daily_cap,
    gapSeconds: body.gap_seconds,
  };
  if (body.channel === 'linkedin')
    return connectLinkedInAccount(deps, caller, {
      ...habits,
      profile: body.profile,
      externalId: body.external_id,
      invitationsPerDay: body.invitations_per_day,
      invitationsPerWeek: body.invitations_per_week,
      withdrawAfterDays: body.withdraw_after_days,
    });
  const { address, signature, smtp, imap, files_sent: filesSent } = body;
  return connectAccount(deps, caller, { ...habits, address, signature, smtp, imap, filesSent });
}

/** What is left out is left alone. */
function changeOf({ smtp, imap, files_sent: filesSent, ...body }: z.output<typeof changedAccount>): AccountChange {
  return {
    externalId: body.external_id,
    servers: { smtp: smtp && given(smtp), imap: imap && given(imap), filesSent },
    habits: given({
      senderName: body.sender_name,
      senderJobTitle: body.sender_job_title,
      signature: body.signature,
      zone: body.timezone,
      dailyCap: body.daily_cap,
      gapSeconds: body.gap_seconds,
      invitationsPerDay: body.invitations_per_day,
      invitationsPerWeek: body.invitations_per_week,
      withdrawAfterDays: body.withdraw_after_days,
    }),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined: merged over what stands, they would erase it. */
function given<T extends object>(fields: T): Given<T> {
  const kept: Given<T> = {};
  for (const key in fields) {
    const value = fields[key];
    if (isGiven(value)) kept[key] = value;
  }
  return kept;
}

const isGiven = <T>(value: T): value is Exclude<T, undefined> => value !== undefined;
