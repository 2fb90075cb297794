import { useSyncExternalStore } from 'react';
import { reach } from '../client.ts';
import { timeIn, viewerZone } from './zoned-time.ts';

/** While nobody answers, what is shown is old, and this says since when. */
export function OfflineBanner() {
  const { isLost, heardAt } = useSyncExternalStore(reach.onChange, reach.now);
  if (!isLost) return null;
  return (
    <div className="offline" role="alert">
      Can't reach the server.{heardAt !== null && ` Last updated ${timeIn(heardAt, viewerZone())}.`}
    </div>
  );
}
