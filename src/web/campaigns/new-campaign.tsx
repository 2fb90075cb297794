import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import type { SequenceTemplate } from '../../api/v1/sequence-templates.ts';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { Dialog } from '../shell/dialog.tsx';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { AccountPicker } from './account-picker.tsx';

interface NewCampaignProps {
  opened: boolean;
  onClose: () => void;
  onMade: (campaign: CampaignShown) => void;
}

/** Name, template, accounts; the templates that enrol nobody are shown, and why not. */
export const NewCampaign = ({ opened, ...props }: NewCampaignProps) => (
  <Dialog opened={opened} onClose={props.onClose} title="New campaign">
    {opened && <Form {...props} />}
  </Dialog>
);

function Form({ onClose, onMade }: Omit<NewCampaignProps, 'opened'>) {
  const [name, setName] = useState('');
  const [templateId, setTemplateId] = useState<string | null>(null);
  const [accountIds, setAccountIds] = useState<readonly string[] | null>(null);
  const [isAsked, setAsked] = useState(false);
  const templates = useQuery({
    queryKey: ['templates', 'choices'],
    queryFn: ({ signal }) =>
      get<Listing<SequenceTemplate>>('/v1/sequence-templates', { sort_by: 'name', size: 100 }, signal),
  });
  const make = useAction({
    act: () =>
      post<CampaignShown>('/v1/campaigns', {
        name: name.trim(),
        template_id: templateId,
        ...(accountIds === null ? {} : { account_ids: accountIds }),
      }),
    done: (campaign) => `Made “${campaign.name}”.`,
    touches: ['campaigns'],
    showsProblem: true,
    after: onMade,
  });
  const nameProblem = isAsked && name.trim() === '' ? 'A name is needed' : fieldProblem(make.problem, 'name');
  const templateProblem = isAsked && templateId === null ? 'Choose a template' : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() !== '' && templateId !== null) void make.run();
  };
  const choices = (templates.data?.items ?? []).filter(({ status }) => status !== 'ARCHIVED');
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ProblemNote problem={make.problem} shownElsewhere={['name']} />
        <TextInput
          label="Name"
          data-autofocus
          value={name}
          maxLength={200}
          error={nameProblem}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Template"
          placeholder="Choose a template"
          searchable
          nothingFoundMessage="No template of that name"
          value={templateId}
          error={templateProblem}
          onChange={setTemplateId}
          data={choices.map(({ id, name: of, status }) => ({
            value: id,
            label: `${of ?? 'Untitled'}${status === 'ACTIVE' ? '' : ' – Not active'}`,
            disabled: status !== 'ACTIVE',
          }))}
        />
        <AccountPicker
          chosen={accountIds}
          onChange={setAccountIds}
          hint="Sequences are spread over them. Each keeps its account to the end."
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isBusy}>
            Make campaign
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
