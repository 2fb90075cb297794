import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';

/** What was written for the AI variables; a step that was edited or regenerated says what it says. */
export function AiValues({ sequence: { ai_values } }: { sequence: SequenceDetailShown }) {
  const [isShown, setShown] = useState(false);
  if (ai_values.length === 0) return null;
  return (
    <div>
      <Button variant="subtle" size="compact-sm" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'} what was written for {ai_values.length}{' '}
        {ai_values.length === 1 ? 'AI variable' : 'AI variables'}
      </Button>
      {isShown && (
        <dl className="sequence-facts">
          {ai_values.map(({ name, value, by }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {value ?? 'No value and no fallback'}
                {by !== 'model' && value !== null && (
                  <Text size="xs" c="dimmed">
                    {by === 'fallback' ? 'Its fallback' : 'Written without a language model'}
                  </Text>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
