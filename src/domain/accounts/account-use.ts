import type { StepKind } from '../sequence.ts';
import { dayBounds } from './pace.ts';

/** How much of its limits an account has used for one kind of step. */
export interface AccountUse {
  kind: StepKind;
  /** Of its local day; `reserved`: instants kept for later ones. */
  today: { sent: number; reserved: number; cap: number };
  /** Of the last 7 days; null where the days alone count. */
  week: { sent: number; cap: number } | null;
}

const nouns: Record<StepKind, string> = {
  email: 'emails',
  linkedin_message: 'messages',
  linkedin_invitation: 'invitations',
  manual_task: 'tasks',
};

/** "12 of 20 invitations today, resets 00:00 Paris" and, where 7 days count too, "40 of 100 invitations in 7 days". */
export function usedTexts({ kind, today, week }: AccountUse, zone: string, now: number): string[] {
  const noun = nouns[kind];
  const day = `${today.sent} of ${today.cap} ${noun} today, resets ${resetText(zone, now)}`;
  return week === null ? [day] : [day, `${week.sent} of ${week.cap} ${noun} in 7 days`];
}

/** Which limit an account has come to, in a sentence; null when there is room now: the limit was another day's. */
export function limitText(address: string, { kind, today, week }: AccountUse): string | null {
  const noun = nouns[kind];
  if (week !== null && week.sent >= week.cap)
    return `${address} has sent ${week.sent} of ${week.cap} ${noun} in 7 days`;
  if (today.sent >= today.cap) return `${address} has sent ${today.sent} of ${today.cap} ${noun} today`;
  if (today.sent + today.reserved >= today.cap)
    return `${address} has sent ${today.sent} of ${today.cap} ${noun} today; the others are promised`;
  return null;
}

/** The end of the local day: "00:00 Paris". Where the clocks change at midnight it may be another hour. */
function resetText(zone: string, now: number): string {
  const { end } = dayBounds(now, zone);
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return `${format.format(end)} ${zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone}`;
}
