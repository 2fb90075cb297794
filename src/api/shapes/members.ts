import { z } from 'zod';
import type { Holdings, MemberRow } from '../../db/member-reads.ts';
import { scopes } from '../../domain/scope.ts';
import { printedId, printedInstant, printInstant } from './primitives.ts';

export const memberShape = z.object({
  id: printedId,
  name: z.string(),
  email: z.string(),
  created_at: printedInstant,
});
export type MemberShown = z.output<typeof memberShape>;

export const memberList = z.object({ items: z.array(memberShape) });
export type MemberList = z.output<typeof memberList>;

export const showMember = ({ id, name, email, createdAt }: MemberRow): MemberShown => ({
  id,
  name,
  email,
  created_at: printInstant(createdAt),
});

/** What somebody else takes over. */
export const holdingsShape = z.object({ open_tasks: z.int(), campaigns: z.int(), accounts: z.int() });
export type HoldingsShown = z.output<typeof holdingsShape>;

export const showHoldings = ({ openTasks, campaigns, accounts }: Holdings): HoldingsShown => ({
  open_tasks: openTasks,
  campaigns,
  accounts,
});

const tokenShape = z.object({
  id: printedId,
  name: z.string(),
  /** What a person recognises it by; the token itself is shown once. */
  shown: z.string(),
  /** null: a service's. */
  member: z.object({ id: printedId, name: z.string() }).nullable(),
  scopes: z.array(z.enum(scopes)),
  created_at: printedInstant,
  expires_at: printedInstant.nullable(),
  last_used_at: printedInstant.nullable(),
  /** The one that the viewer is signed in with. */
  is_own: z.boolean(),
});
export type TokenShown = z.output<typeof tokenShape>;
export const tokenList = z.object({ items: z.array(tokenShape) });
export type TokenList = z.output<typeof tokenList>;

/** The only answer that holds a token. */
export const newTokenShape = z.object({ id: printedId, token: z.string() });
export type NewTokenShown = z.output<typeof newTokenShape>;
