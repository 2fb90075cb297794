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

/** Below the mapping: what the template asks for and the file does not say, and columns whose letters were lost on the way. */
export const MappingNotes = ({ campaignId, read, means }: MappingNotesProps) => {
  const mapped = read.columns.flatMap((column, at) => {
    const field = means[at] ?? null;
    return field === null ? [] : [{ ...column, field }];
  });
  return (
    <>
      <Unsaid campaignId={campaignId} rows={read.rows} columns={mapped} />
      <Misread columns={mapped} />
    </>
  );
};

/** A full name is made of its parts. */
const sources = (name: string): string[] => (name === 'full_name' ? ['first_name', 'last_name'] : [name]);

interface UnsaidProps {
  campaignId: string;
  rows: number;
  columns: readonly { field: string; filled: number }[];
}

function Unsaid({ campaignId, rows, columns }: UnsaidProps) {
  const { data } = useQuery(missingQuery(campaignId));
  const unsaid = data?.variables.flatMap(({ name, steps: [step = 1] }) => {
    const said = columns.filter(({ field }) => sources(name).includes(field)).map(({ filled }) => filled);
    const missing = rows - Math.max(0, ...said);
    return missing === 0 ? [] : [{ name, step, missing, isMapped: said.length > 0 }];
  });
  if (!data || !unsaid || unsaid.length === 0) return null;
  return (
    <MissingList title="Map a column, write a default, or complete the copy of each by hand">
      {unsaid.map(({ name, step, missing, isMapped }) => (
        <li key={name}>
          <code>{name}</code>
          <span>
            {`${isMapped ? 'has no value' : 'is in no column'}: ${missing.toLocaleString('en')} of ${rows.toLocaleString('en')}`}
          </span>
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
