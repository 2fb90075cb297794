import type { AccountShown } from '../../api/shapes/accounts.ts';

/** What each limit is about, in the order in which the API tells how much of it is used. */
export const useNames: Record<AccountShown['channel'], readonly string[]> = {
  email: ['Today'],
  linkedin: ['Messages', 'Invitations', '7 days'],
};

export const statusNames: Record<AccountShown['status'], string> = {
  CONNECTED: 'Connected',
  PAUSED: 'Paused',
  RESTING: 'Resting',
  DISCONNECTED: 'Disconnected',
  REMOVED: 'Removed',
};

/** "sam@northwind.example", "in/sam-sender". */
export const addressOf = ({ channel, address }: Pick<AccountShown, 'channel' | 'address'>): string =>
  channel === 'linkedin' ? `in/${address}` : address;

/** Whether somebody has to do something about it. */
export const needsSomebody = ({ status, paused_why }: AccountShown): boolean =>
  status === 'DISCONNECTED' || (status === 'PAUSED' && paused_why !== 'by_user');
