import { useSyncExternalStore } from 'react';

/*
 * The page's two live regions: what happened, politely; what went wrong, at once. Whatever is said again is heard again,
 * for an invisible mark alternates.
 */

interface Said {
  polite: string;
  assertive: string;
}

let said: Said = { polite: '', assertive: '' };
const hearers = new Set<() => void>();

function say(change: Partial<Said>): void {
  said = { ...said, ...change };
  for (const hear of hearers) hear();
}

const again = (before: string, text: string) => (before === text ? `${text}\u200b` : text);

/** A result: "Step 3 is now 2 of 5". */
export const announce = (text: string): void => say({ polite: again(said.polite, text) });
export const announceError = (text: string): void => say({ assertive: again(said.assertive, text) });

function hear(onChange: () => void): () => void {
  hearers.add(onChange);
  return () => hearers.delete(onChange);
}

export function LiveRegions() {
  const { polite, assertive } = useSyncExternalStore(hear, () => said);
  return (
    <>
      <div className="visually-hidden" aria-live="polite" aria-atomic="true" data-testid="announcements">
        {polite}
      </div>
      <div className="visually-hidden" aria-live="assertive" aria-atomic="true">
        {assertive}
      </div>
    </>
  );
}
