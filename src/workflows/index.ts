/** The workflow types on offer; their names are what Temporal stores. */
export { campaign } from './campaign.ts';
export { mailbox } from './mailbox.ts';
export { reconcile } from './reconcile.ts';
export { sequence } from './sequence.ts';
