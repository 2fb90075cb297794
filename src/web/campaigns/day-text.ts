import { dayIn } from '../shell/zoned-time.ts';

const NOON_MS = 43_200_000;

/** "Tue 24 Nov". */
export const dayText = (day: string): string => {
  const at = Date.parse(day) + NOON_MS;
  return dayIn(at, 'UTC', at);
};
