import { useBlocker } from '@tanstack/react-router';
import { confirm } from './dialog.tsx';

/** Asks before typed text is left behind: by going elsewhere, by closing the drawer or the tab. */
export function useLeaveGuard(isChanged: boolean, body = 'What you typed is not saved.'): void {
  useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      const isSame = current.pathname === next.pathname && drawerOf(current.search) === drawerOf(next.search);
      if (!isChanged || isSame) return false;
      return !(await confirm({
        title: 'Leave without saving?',
        body,
        verb: 'Leave',
        isDangerous: true,
      }));
    },
    enableBeforeUnload: () => isChanged,
  });
}

const drawerOf = (search: Readonly<Record<string, unknown>>) => search.sequence;
