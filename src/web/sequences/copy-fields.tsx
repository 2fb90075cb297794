import { Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ContentShown } from '../../api/shapes/step-content.ts';
import type { Problem } from '../client.ts';
import { fieldProblem } from '../shell/problem-note.tsx';

interface CopyFieldsProps {
  content: ContentShown;
  onChange: (content: ContentShown) => void;
  problem: Problem | null;
}

/** Where a refusal's problem stands beside its field. */
export const fieldPaths = ['subject', 'body', 'note', 'title', 'instructions'].map((name) => `content.${name}`);

/** The fields of each kind of copy. Variables are filled in already: this is what goes out. */
export function CopyFields({ content, onChange, problem }: CopyFieldsProps) {
  const at = (name: string) => fieldProblem(problem, `content.${name}`);
  switch (content.kind) {
    case 'email':
      return <EmailFields content={content} onChange={onChange} at={at} />;
    case 'linkedin_message':
      return (
        <Words
          label="Message"
          value={content.body}
          problem={at('body')}
          onChange={(body) => onChange({ ...content, body })}
        />
      );
    case 'linkedin_invitation':
      return (
        <Words
          label="Note"
          hint={`${(content.note ?? '').length} of 300 characters. Empty: an invitation without a note.`}
          value={content.note ?? ''}
          problem={at('note')}
          onChange={(note) => onChange({ ...content, note: note === '' ? null : note })}
        />
      );
    case 'manual_task':
      return (
        <Stack gap="sm">
          <Line
            label="Title"
            value={content.title}
            problem={at('title')}
            onChange={(title) => onChange({ ...content, title })}
          />
          <Words
            label="Instructions"
            value={content.instructions}
            problem={at('instructions')}
            onChange={(instructions) => onChange({ ...content, instructions })}
          />
        </Stack>
      );
  }
}

interface EmailFieldsProps {
  content: Extract<ContentShown, { kind: 'email' }>;
  onChange: (content: ContentShown) => void;
  at: (name: string) => string | undefined;
}

/** An email that answers in the thread before it has no subject of its own. */
function EmailFields({ content, onChange, at }: EmailFieldsProps) {
  const [hasSubject] = useState(content.subject !== '');
  return (
    <Stack gap="sm">
      {hasSubject && (
        <Line
          label="Subject"
          value={content.subject}
          problem={at('subject')}
          onChange={(subject) => onChange({ ...content, subject })}
        />
      )}
      <Words
        label="Message"
        value={content.body}
        problem={at('body')}
        onChange={(body) => onChange({ ...content, body })}
      />
    </Stack>
  );
}

interface FieldProps {
  label: string;
  value: string;
  problem: string | undefined;
  onChange: (text: string) => void;
  hint?: string;
}

const Line = ({ label, value, problem, onChange }: FieldProps) => (
  <TextInput label={label} value={value} error={problem} onChange={(event) => onChange(event.currentTarget.value)} />
);

const Words = ({ label, value, problem, onChange, hint }: FieldProps) => (
  <Textarea
    label={label}
    description={hint}
    value={value}
    error={problem}
    autosize
    minRows={4}
    maxRows={18}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
