import { Button, Checkbox, FileButton, Group, Select, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconFileSpreadsheet } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import type { ImportShown, ReadFile } from '../../api/shapes/imports.ts';
import { type LeadField, leadFields } from '../../domain/lead-cells.ts';
import { customKeyOf } from '../../domain/lead-columns.ts';
import { get, Problem, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { Instant } from '../shell/instant.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { MOST_BYTES, textOf } from './lead-file.ts';
import { MappingNotes } from './mapping-notes.tsx';

interface Chosen {
  name: string;
  text: string;
  read: ReadFile;
}

/** Choose a file, say what its columns mean, hand it in. */
export function NewImport({ campaignId }: { campaignId: string }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const read = useAction({
    act: async (file: File): Promise<Chosen> => {
      if (file.size > MOST_BYTES) throw tooLong(file);
      const text = await textOf(file);
      return { name: file.name, text, read: await post<ReadFile>('/app/api/imports/read', { text }) };
    },
    done: ({ name, read: { rows } }) => `${name} has ${counted(rows, 'row')}.`,
    touches: [],
    showsProblem: true,
    after: setChosen,
  });
  return (
    <Stack gap="lg" maw={860}>
      <Group gap="sm">
        <BackToLeads campaignId={campaignId} />
      </Group>
      <Title order={2}>Import leads</Title>
      <ProblemNote problem={read.problem} />
      {chosen === null ? (
        <>
          <ChooseFile isBusy={read.isBusy} onFile={(file) => void read.run(file)} />
          <Earlier campaignId={campaignId} />
        </>
      ) : (
        <Mapping campaignId={campaignId} chosen={chosen} onOther={() => setChosen(null)} />
      )}
    </Stack>
  );
}

export const BackToLeads = ({ campaignId }: { campaignId: string }) => (
  <Link to="/campaigns/$id/leads" params={{ id: campaignId }} className="quiet-link">
    <Group gap={6}>
      <IconArrowLeft size={15} aria-hidden />
      Leads
    </Group>
  </Link>
);

const tooLong = ({ size }: File) =>
  new Problem(`The file has ${Math.ceil(size / 1024 / 1024)} MB, at most 10 MB are read. Split it.`, {
    status: 413,
    code: 'body_too_large',
    requestId: null,
  });

function ChooseFile({ isBusy, onFile }: { isBusy: boolean; onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is only a second way, the button is the first
    <div
      className="drop-place"
      data-over={isOver || undefined}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileSpreadsheet size={30} stroke={1.4} aria-hidden className="dim-icon" />
      <FileButton
        accept=".csv,.tsv,.txt,text/csv"
        inputProps={{ 'aria-label': 'CSV file' }}
        onChange={(file) => file && onFile(file)}
      >
        {(props) => (
          <Button {...props} loading={isBusy}>
            Choose a CSV file
          </Button>
        )}
      </FileButton>
      <Text size="sm" c="dimmed" maw={460}>
        Up to 10 MB. The first line names the columns; each row needs an email or a LinkedIn URL. A file that is
        imported again adds nobody twice.
      </Text>
    </div>
  );
}

const fieldNames: Record<LeadField, string> = {
  email: 'Email',
  linkedin_url: 'LinkedIn URL',
  first_name: 'First name',
  last_name: 'Last name',
  job_title: 'Job title',
  company: 'Company',
  linkedin_headline: 'LinkedIn headline',
  recent_activity: 'Recent activity',
  company_industry: 'Company industry',
  company_size: 'Company size',
  company_tech_stack: 'Company tech stack',
  company_news: 'Company news',
  company_funding: 'Company funding',
};

const LEFT_OUT = '';

interface MappingProps {
  campaignId: string;
  chosen: Chosen;
  onOther: () => void;
}

function Mapping({ campaignId, chosen: { name, text, read }, onOther }: MappingProps) {
  const [means, setMeans] = useState(() => read.columns.map((column) => column.means));
  const [approve, setApprove] = useState(false);
  const navigate = useNavigate();
  const placed = read.columns.map((column, at) => ({ ...column, at }));
  const start = useAction({
    act: () =>
      post<ImportShown>(`/app/api/campaigns/${campaignId}/imports`, { file_name: name, text, mapping: means, approve }),
    done: ({ rows }) => `Importing ${counted(rows, 'row')}.`,
    touches: ['imports'],
    showsProblem: true,
    after: ({ id }) =>
      void navigate({ to: '/campaigns/$id/leads/import/$job', params: { id: campaignId, job: id }, replace: true }),
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {`${name}, ${counted(read.rows, 'row')}. What does each column mean? Custom fields can be used in templates.`}
      </Text>
      <table className="data-table" aria-label="Columns">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Samples</th>
            <th scope="col">Means</th>
          </tr>
        </thead>
        <tbody>
          {placed.map(({ at, ...column }) => (
            <tr key={at}>
              <td data-title data-label="Column">
                {column.header || `Column ${at + 1}`}
              </td>
              <td data-label="Samples" className="samples">
                {column.samples.join(' · ') || '–'}
              </td>
              <td data-label="Means">
                <Select
                  size="xs"
                  w={200}
                  searchable
                  aria-label={`What “${column.header || `column ${at + 1}`}” means`}
                  value={means[at] ?? LEFT_OUT}
                  onChange={(value) => setMeans(means.map((each, place) => (place === at ? value || null : each)))}
                  data={choicesOf(column.header)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <MappingNotes campaignId={campaignId} read={read} means={means} />
      <Checkbox
        label="Approve them at once"
        description="Without a review; also those of the file who wait for review already."
        checked={approve}
        onChange={(event) => setApprove(event.currentTarget.checked)}
      />
      <ProblemNote problem={start.problem} />
      <Group gap="xs">
        <ActionButton
          scope="campaigns:write"
          why={mappingProblem(means, read.rows)}
          isBusy={start.isBusy}
          onClick={() => void start.run()}
        >
          {`Import ${counted(read.rows, 'row')}`}
        </ActionButton>
        <Button variant="default" onClick={onOther}>
          Choose another file
        </Button>
      </Group>
    </Stack>
  );
}

function choicesOf(header: string) {
  const key = customKeyOf(header);
  return [
    { value: LEFT_OUT, label: 'Leave out' },
    ...(key === null ? [] : [{ value: `custom.${key}`, label: `{{custom.${key}}}` }]),
    ...leadFields.map((value) => ({ value, label: fieldNames[value] })),
    ...Object.entries(roleNames).map(([value, label]) => ({ value, label })),
  ];
}

/** What a column may say beside our fields. */
const roleNames: Readonly<Record<string, string>> = {
  full_name: 'First and last name in one',
  opt_out: 'Wants no mail: such rows are left out',
};

const nameOf = (means: string): string =>
  leadFields.flatMap((field) => (field === means ? [fieldNames[field]] : []))[0] ?? roleNames[means] ?? means;

/** What the server would refuse, said before it is asked. */
function mappingProblem(means: readonly (string | null)[], rows: number): string | null {
  if (rows === 0) return 'The file has a header and no rows';
  const given = means.filter((each) => each !== null);
  const twice = given.find((each, index) => each !== 'opt_out' && given.indexOf(each) !== index);
  if (twice !== undefined) return `Two columns mean ${nameOf(twice)}`;
  return given.includes('email') || given.includes('linkedin_url') ? null : 'No column means Email or LinkedIn URL';
}

function Earlier({ campaignId }: { campaignId: string }) {
  const { data } = useQuery({
    queryKey: ['imports', 'of', campaignId],
    queryFn: ({ signal }) => get<{ items: ImportShown[] }>(`/app/api/campaigns/${campaignId}/imports`, {}, signal),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="earlier-heading">
      <Title order={3} id="earlier-heading" mb={6}>
        Earlier imports
      </Title>
      <table className="data-table" aria-label="Earlier imports">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" data-align="right">
              Rows
            </th>
            <th scope="col" data-align="right">
              Added
            </th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map(({ id, file_name, rows, totals, created_at }) => (
            <tr key={id}>
              <td data-title data-label="File">
                <Link to="/campaigns/$id/leads/import/$job" params={{ id: campaignId, job: id }}>
                  {file_name}
                </Link>
              </td>
              <td data-label="Rows" data-align="right">
                {rows.toLocaleString('en')}
              </td>
              <td data-label="Added" data-align="right">
                {(totals.pending_review + totals.approved).toLocaleString('en')}
              </td>
              <td data-label="When">
                <Instant at={created_at} inline />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
