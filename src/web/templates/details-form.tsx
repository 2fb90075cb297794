import { Select, Stack, Textarea, TextInput, Title } from '@mantine/core';
import { useEditing, useProblem } from './editing.tsx';

const languages = 'en fr de es it nl pt sv da nb fi pl cs ro hu el tr ja zh ko'.split(' ');
const names = new Intl.DisplayNames('en', { type: 'language' });

/** How people find it, and what its emails are written in. */
export function DetailsForm() {
  const { file, change, isReadOnly } = useEditing();
  const known = file.language === null || languages.includes(file.language) ? languages : [file.language, ...languages];
  return (
    <Stack gap="md" maw={560}>
      <Title order={2}>Name and language</Title>
      <TextInput
        data-field="name"
        label="Name"
        maxLength={200}
        readOnly={isReadOnly}
        error={useProblem('name', (file.name ?? '') === '')}
        value={file.name ?? ''}
        onChange={({ currentTarget: { value } }) => change((now) => ({ ...now, name: value === '' ? null : value }))}
      />
      <Textarea
        data-field="summary"
        label="Summary"
        description="What it is for, and to whom."
        autosize
        minRows={2}
        maxLength={2000}
        readOnly={isReadOnly}
        value={file.summary ?? ''}
        onChange={({ currentTarget: { value } }) => change((now) => ({ ...now, summary: value === '' ? null : value }))}
      />
      <Select
        data-field="language"
        label="Language"
        description="Of the line below each email that says how to unsubscribe, and of what the language model writes."
        searchable
        clearable
        readOnly={isReadOnly}
        error={useProblem('language')}
        data={known.map((tag) => ({ value: tag, label: names.of(tag) ?? tag }))}
        value={file.language}
        onChange={(language) => change((now) => ({ ...now, language }))}
      />
    </Stack>
  );
}
