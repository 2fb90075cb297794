import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LOCAL_ACCOUNT } from './people.ts';

const message = { id: z.string(), accountId: z.string(), profile: z.string(), text: z.string(), at: z.number() };

/** What happened, in order: the only memory of the simulator. Instants are epoch ms of the real clock. */
const Happening = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('invited'),
    id: z.string(),
    accountId: z.string(),
    profile: z.string(),
    note: z.string().nullable(),
    at: z.number(),
  }),
  z.object({ kind: z.enum(['accepted', 'declined', 'withdrawn']), id: z.string(), at: z.number() }),
  z.object({ kind: z.literal('said'), ...message }),
  z.object({ kind: z.literal('replied'), ...message }),
  z.object({
    kind: z.literal('limited'),
    accountId: z.string(),
    retryAfterSeconds: z.number().nullable(),
    at: z.number(),
  }),
  z.object({ kind: z.enum(['limitLifted', 'loggedOut', 'loggedIn']), accountId: z.string(), at: z.number() }),
]);
export type Happening = z.infer<typeof Happening>;

export interface Invitation {
  id: string;
  accountId: string;
  /** The public id: the last part of a profile's URL. */
  profile: string;
  note: string | null;
  at: number;
  status: 'pending' | 'accepted' | 'declined' | 'withdrawn';
}

export interface SaidMessage {
  id: string;
  accountId: string;
  profile: string;
  text: string;
  at: number;
}

export interface SimulatedAccount {
  id: string;
  isLoggedIn: boolean;
  /** Every call is too much until it is lifted; the seconds are what the answers name, null for none. */
  limit: { retryAfterSeconds: number | null } | null;
}

export interface LinkedInState {
  invitations: readonly Invitation[];
  /** Of the account's member. */
  messages: readonly SaidMessage[];
  /** Of the people. */
  replies: readonly SaidMessage[];
  accounts: readonly SimulatedAccount[];
}

export type SimulatorMemory = ReturnType<typeof openMemory>;

/** The state in `dir`, replayed; every change is a line in the file before it is true here, and then `heard`. */
export function openMemory(dir: string, heard: (happening: Happening) => void = () => undefined) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'happenings.jsonl');
  const world = emptyWorld();
  const { invitations, messages, replies, accounts, accountOf } = world;

  const remember = (happening: Happening) => {
    appendFileSync(file, `${JSON.stringify(happening)}\n`, { mode: 0o600 });
    apply(world, happening);
    heard(happening);
  };
  accountOf(LOCAL_ACCOUNT);
  for (const line of wholeLines(file)) apply(world, Happening.parse(JSON.parse(line)));

  const latest = (accountId: string, profile: string) =>
    [...invitations.values()].findLast((each) => each.accountId === accountId && each.profile === profile);
  const isConnected = (accountId: string, profile: string) => latest(accountId, profile)?.status === 'accepted';
  const nextId = (noun: string, count: number) => `${noun}_${String(count + 1).padStart(6, '0')}`;
  const write = (kind: 'said' | 'replied', accountId: string, profile: string, text: string): string => {
    const id = nextId('msg', messages.length + replies.length);
    remember({ kind, id, accountId, profile, text, at: Date.now() });
    return id;
  };

  return {
    state: (): LinkedInState =>
      structuredClone({ invitations: [...invitations.values()], messages, replies, accounts: [...accounts.values()] }),
    invitation: (id: string): Invitation | undefined => invitations.get(id),
    latest,
    isConnected,
    /** Whoever is asked for has an account. */
    account: (id: string): Readonly<SimulatedAccount> => accountOf(id),
    invite: (accountId: string, profile: string, note: string | null): string => {
      const id = nextId('inv', invitations.size);
      remember({ kind: 'invited', id, accountId, profile, note, at: Date.now() });
      return id;
    },
    /** Whether there was anything to settle. */
    settle: (invitation: Invitation | undefined, kind: 'accepted' | 'declined' | 'withdrawn'): boolean => {
      if (invitation?.status !== 'pending') return false;
      const { id, accountId, profile, note } = invitation;
      remember({ kind, id, at: Date.now() });
      // As with the provider: a note becomes the first message of the chat that acceptance opens.
      if (kind === 'accepted' && note !== null) write('said', accountId, profile, note);
      return true;
    },
    say: (accountId: string, profile: string, text: string): string => write('said', accountId, profile, text),
    /** False where they cannot write, for they are not connected. */
    reply: (accountId: string, profile: string, text: string): boolean => {
      if (!isConnected(accountId, profile)) return false;
      write('replied', accountId, profile, text);
      return true;
    },
    limit: (accountId: string, retryAfterSeconds: number | null) =>
      remember({ kind: 'limited', accountId, retryAfterSeconds, at: Date.now() }),
    liftLimit: (accountId: string) => {
      if (accountOf(accountId).limit) remember({ kind: 'limitLifted', accountId, at: Date.now() });
    },
    logOut: (accountId: string) => {
      if (accountOf(accountId).isLoggedIn) remember({ kind: 'loggedOut', accountId, at: Date.now() });
    },
    logIn: (accountId: string) => {
      if (!accountOf(accountId).isLoggedIn) remember({ kind: 'loggedIn', accountId, at: Date.now() });
    },
  };
}

function emptyWorld() {
  const messages: SaidMessage[] = [];
  const replies: SaidMessage[] = [];
  const accounts = new Map<string, SimulatedAccount>();
  return {
    invitations: new Map<string, Invitation>(),
    messages,
    replies,
    accounts,
    /** Accounts named `disconnected-…` have lost their login from the start. */
    accountOf(id: string): SimulatedAccount {
      const account = accounts.get(id) ?? { id, isLoggedIn: !id.startsWith('disconnected-'), limit: null };
      accounts.set(id, account);
      return account;
    },
  };
}

function apply({ invitations, messages, replies, accountOf }: ReturnType<typeof emptyWorld>, happening: Happening) {
  switch (happening.kind) {
    case 'invited': {
      const { kind: _, ...invitation } = happening;
      accountOf(invitation.accountId);
      invitations.set(invitation.id, { ...invitation, status: 'pending' });
      break;
    }
    case 'said':
    case 'replied': {
      const { kind, ...message } = happening;
      (kind === 'said' ? messages : replies).push(message);
      break;
    }
    case 'limited':
      accountOf(happening.accountId).limit = { retryAfterSeconds: happening.retryAfterSeconds };
      break;
    case 'limitLifted':
      accountOf(happening.accountId).limit = null;
      break;
    case 'loggedOut':
    case 'loggedIn':
      accountOf(happening.accountId).isLoggedIn = happening.kind === 'loggedIn';
      break;
    default: {
      const invitation = invitations.get(happening.id);
      if (invitation) invitation.status = happening.kind;
    }
  }
}

/** The lines that were written to their end; a last one torn by a kill is cut off, for nobody was told of it. */
function wholeLines(file: string): string[] {
  appendFileSync(file, '', { mode: 0o600 });
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(file, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
}
