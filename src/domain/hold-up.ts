import { type Why, whys } from './sequence.ts';

/** What keeps an open sequence still although its status says where it stands; several may stand side by side. Design 2. */
export const holdKinds = ['campaign_paused', 'out_of_office', 'account_paused'] as const;
export type HoldKind = (typeof holdKinds)[number];

/** What an open sequence waits for, the fence's reason first; several sequences' are counted, one each. Design 2. */
export const holdUps = [
  'campaign_paused',
  'switched_off',
  'account_paused',
  'account_disconnected',
  'account_resting',
  'out_of_office',
  'writing',
  ...whys,
] as const;
export type HoldUp = Why | (typeof holdUps)[number];

/** How far a sequence came: somebody was written to, somebody wrote back. */
export const milestones = ['contacted', 'replied'] as const;
export type Milestone = (typeof milestones)[number];
