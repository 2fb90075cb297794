import '../sequences/sequences.css';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TaskShown } from '../../api/shapes/tasks.ts';
import { sequenceQuery } from '../sequences/queries.ts';
import { Replies } from '../sequences/replies.tsx';
import { QueryState } from '../shell/query-state.tsx';

/** What a contact wrote and who of them wrote it, oldest first; before it what somebody else told us of, in the task's words. */
export function TheirWords({ task: { instructions, sequence } }: { task: TaskShown }) {
  const query = useQuery(sequenceQuery(sequence.id));
  return (
    <QueryState query={query} lines={4}>
      {({ replies }) => (
        <>
          {replies.every(({ text }) => text === '' || !instructions.includes(text)) && (
            <Text className="task-words">{instructions || 'No text'}</Text>
          )}
          {replies.length > 0 && (
            <div className="task-theirs">
              <Replies replies={replies} />
            </div>
          )}
        </>
      )}
    </QueryState>
  );
}
