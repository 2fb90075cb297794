import { useBlocker } from '@tanstack/react-router';
import { confirm } from '../shell/dialog.tsx';

/** Asks before typed copy is left behind: by going elsewhere, by closing the drawer or the tab. */
export function useLeaveGuard(isChanged: boolean): void {
  useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      const isSame = current.pathname === next.pathname && drawerOf(current.search) === drawerOf(next.search);
      if (!isChanged || isSame) return false;
      return !(await confirm({
        title: 'Leave without saving?',
        body: 'The copy you typed is not saved.',
        verb: 'Leave',
        isDangerous: true,
      }));
    },
    enableBeforeUnload: () => isChanged,
  });
}

const drawerOf = (search: Readonly<Record<string, unknown>>) => search.sequence;
