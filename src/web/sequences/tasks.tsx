import { Alert } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';

/** What a person is asked to do for it, each a way there. */
export function OpenTasks({ sequence: { tasks } }: { sequence: SequenceDetailShown }) {
  const open = tasks.filter(({ status }) => status === 'OPEN');
  if (open.length === 0) return null;
  return (
    <Alert variant="light" color="yellow" icon={<IconUserQuestion aria-hidden />} className="sequence-note">
      <ul className="sequence-tasks" aria-label="Open tasks">
        {open.map(({ id, kind, title, assignee }) => (
          <li key={id}>
            {kind === 'read_reply' ? (
              <Link to="/replies" search={{ reply: id }}>
                {title}
              </Link>
            ) : (
              <Link to="/tasks" search={{ view: 'all', task: id }}>
                {title}
              </Link>
            )}{' '}
            for {assignee.name}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
