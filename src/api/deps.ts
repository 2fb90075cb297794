import type { UnsubscribeLinks } from '../adapters/unsubscribe-links.ts';
import type { AccountDeps } from '../commands/deps.ts';
import type { Log } from '../domain/log.ts';

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

/** What the HTTP door needs of the world; `createApp(deps)` opens no port and reads no environment. */
export interface ApiDeps extends AccountDeps {
  log: Log;
  unsubscribeLinks: UnsubscribeLinks;
  /** Whether Temporal answers just now. */
  isTemporalReady(): Promise<boolean>;
  /** Null outside the embedded runtime: its routes are 404 then. */
  virtualTime: VirtualTime | null;
}
