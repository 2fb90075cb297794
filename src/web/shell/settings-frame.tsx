import { Outlet } from '@tanstack/react-router';
import { TabLinks } from './tab-links.tsx';

/** The settings' own navigation, above whichever of them is open. */
export const SettingsFrame = () => (
  <>
    <div className="frame-tabs">
      <TabLinks
        label="Settings"
        tabs={[
          { label: 'Workspace', to: '/settings/workspace' },
          { label: 'Members', to: '/settings/members' },
          { label: 'Tokens', to: '/settings/tokens' },
          { label: 'Context', to: '/settings/context' },
          { label: 'Suppressions', to: '/settings/suppressions' },
          { label: 'Audit', to: '/settings/audit' },
        ]}
      />
    </div>
    <Outlet />
  </>
);
