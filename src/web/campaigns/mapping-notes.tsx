import { Alert, Text } from '@mantine/core';
import { IconLanguage } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReadFile } from '../../api/shapes/imports.ts';
import { whyMisread } from '../../domain/copy/misread.ts';
import { DefaultLink, MissingList } from './missing-values.tsx';
import { missingQuery } from './queries.ts';

interface MappingNotesProps {
  campaignId: string;
  read: ReadFile;
  /** By column. */
  means: readonly (string | null)[];
}

/** Below the mapping: what the template asks for and no column says, and columns whose letters were lost on the way. */
export const MappingNotes = ({ campaignId, read, means }: MappingNotesProps) => (
  <>
    <Unmapped campaignId={campaignId} rows={read.rows} means={means} />
    <Misread columns={read.columns.filter((_, at) => (means[at] ?? null) !== null)} />
  </>
);

/** A full name is made of its parts. */
const sources = (name: string): string[] => (name === 'full_name' ? ['first_name', 'last_name'] : [name]);

function Unmapped({
  campaignId,
  rows,
  means,
}: {
  campaignId: string;
  rows: number;
  means: MappingNotesProps['means'];
}) {
  const { data } = useQuery(missingQuery(campaignId));
  const unmapped = data?.variables.filter(({ name }) => !sources(name).some((source) => means.includes(source))) ?? [];
  if (!data || unmapped.length === 0 || rows === 0) return null;
  const all = rows.toLocaleString('en');
  return (
    <MissingList title="Map a column, write a default, or complete the copy of each by hand">
      {unmapped.map(({ name, steps: [step = 1] }) => (
        <li key={name}>
          <code>{name}</code>
          <span>{`is in no column: ${all} of ${all}`}</span>
          <DefaultLink templateId={data.template_id} step={step} />
        </li>
      ))}
    </MissingList>
  );
}

function Misread({ columns }: { columns: ReadFile['columns'] }) {
  const notes = columns.flatMap(({ header, samples }) => {
    const why = samples.map(whyMisread).find((found) => found !== null);
    return why === undefined ? [] : [`${header}: ${why}`];
  });
  if (notes.length === 0) return null;
  return (
    <Alert
      className="lacking-note"
      variant="light"
      color="yellow"
      icon={<IconLanguage aria-hidden />}
      title="Letters were lost on the way"
    >
      {notes.map((note) => (
        <Text key={note} size="sm">
          {note}
        </Text>
      ))}
      <Text size="sm">Save the file as UTF-8 where it comes from, and choose it again.</Text>
    </Alert>
  );
}
