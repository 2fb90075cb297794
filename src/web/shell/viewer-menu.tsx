import { Avatar, Menu, Text, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconBrandLinkedin,
  IconKeyboard,
  IconLogout,
  IconMailbox,
  IconMoon,
  IconSelector,
  IconSun,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { del } from '../client.ts';
import { useAction } from './action.ts';
import { useViewer } from './viewer.ts';

/** Who is signed in, and what concerns only them and this browser. */
export function ViewerMenu({ onHelp }: { onHelp: () => void }) {
  const { member, workspace, runtime } = useViewer();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useAction({
    act: () => del('/app/api/session'),
    done: () => '',
    touches: [],
    after: () => {
      void navigate({ to: '/sign-in' }).then(() => client.clear());
    },
  });
  return (
    <Menu position="top-start" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton className="viewer">
          <Avatar size={28} radius="xl" name={member.name} color="initials" aria-hidden />
          <span className="viewer-names">
            <Text size="sm" fw={500} truncate>
              {member.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {workspace.name}
            </Text>
          </span>
          <IconSelector size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconKeyboard size={15} aria-hidden />} onClick={onHelp}>
          Keyboard
        </Menu.Item>
        <Menu.Item
          leftSection={scheme === 'dark' ? <IconSun size={15} aria-hidden /> : <IconMoon size={15} aria-hidden />}
          onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          {scheme === 'dark' ? 'Light' : 'Dark'} colours
        </Menu.Item>
        {runtime.embedded && (
          <>
            <Menu.Label>Developer</Menu.Label>
            <Menu.Item
              leftSection={<IconMailbox size={15} aria-hidden />}
              renderRoot={(props) => <Link to="/dev/mailbox" {...props} />}
            >
              Local mailbox
            </Menu.Item>
            <Menu.Item
              leftSection={<IconBrandLinkedin size={15} aria-hidden />}
              renderRoot={(props) => <Link to="/dev/linkedin" {...props} />}
            >
              LinkedIn simulator
            </Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} aria-hidden />} onClick={() => void signOut.run()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
