import { Text } from '@mantine/core';
import type { ContentShown } from '../../api/shapes/step-content.ts';

/** What a step says, as it goes out. */
export function Copy({ content }: { content: ContentShown }) {
  const { title, text, none } = wordsOf(content);
  return (
    <>
      {title !== null && (
        <Text size="sm" fw={550} mb={4} className="copy-text">
          {title}
        </Text>
      )}
      <Text size="sm" className="copy-text" {...(text === '' ? { c: 'dimmed' } : {})}>
        {text === '' ? none : text}
      </Text>
    </>
  );
}

/** A subject that is none: the email answers in the thread before it. */
function wordsOf(content: ContentShown): { title: string | null; text: string; none: string } {
  switch (content.kind) {
    case 'email':
      return { title: content.subject || null, text: content.body, none: 'No text' };
    case 'linkedin_message':
      return { title: null, text: content.body, none: 'No text' };
    case 'linkedin_invitation':
      return { title: null, text: content.note ?? '', none: 'Without a note' };
    case 'manual_task':
      return { title: content.title, text: content.instructions, none: 'No instructions' };
  }
}
