import type { CsvReader } from '../adapters/csv-reader.ts';
import type { LinkedIn, LinkedInCallbacks } from '../adapters/linkedin.ts';
import type { Mailer } from '../adapters/mailer.ts';
import type { AccountDeps, CopyDeps, TestEmailDeps } from '../commands/deps.ts';
import type { CallbackRef } from '../db/callbacks.ts';
import type { Log } from '../domain/log.ts';
import type { DevAnswer, DevAnswered, DevDeed, DevLetterShown, DevLinkedInShown, DevMailPage } from './shapes/dev.ts';

/** What moved while the clock went forward. */
export interface ForwardReport {
  /** Epoch ms. */
  from: number;
  to: number;
  rounds: number;
}

/** Virtual time, of the embedded runtime only. */
export interface VirtualTime {
  /** Moves the installation's clock to an instant (epoch ms) or to the next step that is due. One forward at a time. */
  forward(to: number | 'next'): Promise<ForwardReport>;
}

/** The other side of what the embedded runtime sends: its mailbox and its LinkedIn, and the people behind them. */
export interface DevTools {
  mails(asked: { q: string; page: number }): Promise<DevMailPage>;
  /** The message at a path of the mailbox; null: none is there. */
  letter(path: string): Promise<DevLetterShown | null>;
  /** Its HTML part, empty where it has none, or all of it as it came over the wire; null: no message is there. */
  letterPart(path: string, part: 'html' | 'raw'): Promise<Buffer | null>;
  /** null: no such message was sent. */
  answerMail(id: string, answer: DevAnswer): Promise<DevAnswered | null>;
  linkedIn(): Promise<DevLinkedInShown>;
  /** Why it could not be done; null: it is done. */
  actOnLinkedIn(deed: DevDeed): Promise<string | null>;
}

/** Where the page is, and what it links to. */
export interface Site {
  /** The built page's folder; null: none is served. */
  webRoot: string | null;
  /** Under which browsers reach us, when that is not the address they see. */
  publicUrl: string | null;
  /** Where Temporal's UI lists our workflows; null: nobody told us. */
  temporalUi: string | null;
}

/** What the HTTP door needs of the world; `createApp(deps)` opens no port and reads no environment. */
export interface ApiDeps extends AccountDeps, CopyDeps, TestEmailDeps {
  mailer: Mailer;
  csvReader: CsvReader;
  log: Log;
  site: Site;
  linkedIn: LinkedIn;
  /** Null: no callback is taken. */
  linkedInCallbacks: LinkedInCallbacks | null;
  /** Queues a callback that was kept; never waits, never throws. What is lost here the reconciler finds. */
  handleCallback(callback: CallbackRef): void;
  /** Whether Temporal answers just now. */
  isTemporalReady(): Promise<boolean>;
  /** Null outside the embedded runtime: its routes are 404 then. */
  virtualTime: VirtualTime | null;
  /** Null outside the embedded runtime too. */
  dev: DevTools | null;
}
