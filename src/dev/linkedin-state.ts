import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

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
  z.object({ kind: z.enum(['accepted', 'declined']), id: z.string(), at: z.number() }),
  z.object({
    kind: z.literal('said'),
    id: z.string(),
    accountId: z.string(),
    profile: z.string(),
    text: z.string(),
    at: z.number(),
  }),
]);
type Happening = z.infer<typeof Happening>;

export interface Invitation {
  id: string;
  accountId: string;
  /** The public id: the last part of a profile's URL. */
  profile: string;
  note: string | null;
  at: number;
  status: 'pending' | 'accepted' | 'declined';
}

/** A message of the account's member; people of the simulator do not answer. */
export interface SaidMessage {
  id: string;
  accountId: string;
  profile: string;
  text: string;
  at: number;
}

export interface LinkedInState {
  invitations: readonly Invitation[];
  messages: readonly SaidMessage[];
}

export type SimulatorMemory = ReturnType<typeof openMemory>;

/** The state in `dir`, replayed; every change is a line in the file before it is true here. */
export function openMemory(dir: string) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'happenings.jsonl');
  const invitations = new Map<string, Invitation>();
  const messages: SaidMessage[] = [];

  const apply = (happening: Happening) => {
    switch (happening.kind) {
      case 'invited': {
        const { kind: _, ...invitation } = happening;
        invitations.set(invitation.id, { ...invitation, status: 'pending' });
        break;
      }
      case 'said': {
        const { kind: _, ...message } = happening;
        messages.push(message);
        break;
      }
      default: {
        const invitation = invitations.get(happening.id);
        if (invitation) invitation.status = happening.kind;
      }
    }
  };
  const remember = (happening: Happening) => {
    appendFileSync(file, `${JSON.stringify(happening)}\n`, { mode: 0o600 });
    apply(happening);
  };

  for (const line of wholeLines(file)) apply(Happening.parse(JSON.parse(line)));

  const latest = (accountId: string, profile: string) =>
    [...invitations.values()].findLast((each) => each.accountId === accountId && each.profile === profile);
  const nextId = (noun: string, count: number) => `${noun}_${String(count + 1).padStart(6, '0')}`;

  return {
    state: (): LinkedInState => structuredClone({ invitations: [...invitations.values()], messages }),
    invitation: (id: string): Invitation | undefined => invitations.get(id),
    latest,
    isConnected: (accountId: string, profile: string) => latest(accountId, profile)?.status === 'accepted',
    invite: (accountId: string, profile: string, note: string | null): string => {
      const id = nextId('inv', invitations.size);
      remember({ kind: 'invited', id, accountId, profile, note, at: Date.now() });
      return id;
    },
    /** Whether there was anything to settle. */
    settle: (invitation: Invitation | undefined, kind: 'accepted' | 'declined'): boolean => {
      if (invitation?.status !== 'pending') return false;
      const { id, accountId, profile, note } = invitation;
      remember({ kind, id, at: Date.now() });
      // As with the provider: a note becomes the first message of the chat that acceptance opens.
      if (kind === 'accepted' && note !== null)
        remember({ kind: 'said', id: nextId('msg', messages.length), accountId, profile, text: note, at: Date.now() });
      return true;
    },
    say: (accountId: string, profile: string, text: string): string => {
      const id = nextId('msg', messages.length);
      remember({ kind: 'said', id, accountId, profile, text, at: Date.now() });
      return id;
    },
  };
}

/** The lines that were written to their end; a last one torn by a kill is cut off, for nobody was told of it. */
function wholeLines(file: string): string[] {
  appendFileSync(file, '', { mode: 0o600 });
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(file, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
}
