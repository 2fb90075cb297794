import { Button, Divider, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import { patch, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';
import { usePathId } from '../shell/path-id.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { AccountPicker } from './account-picker.tsx';
import { endText, OpenCounted } from './controls.tsx';
import { campaignQuery } from './queries.ts';

/** `/campaigns/$id/settings`. */
export function CampaignSettings() {
  const query = useQuery(campaignQuery(usePathId()));
  return (
    <QueryState query={query}>
      {(campaign) => (
        <Stack maw={620} gap="xl">
          <EditForm key={campaign.id} campaign={campaign} />
          <section aria-labelledby="template-heading">
            <Title order={2} id="template-heading" mb={4}>
              Template
            </Title>
            <Text size="sm" c="dimmed" mb="sm">
              {campaign.template.name ?? 'Untitled'} holds the steps, their timing, the sending hours and the daily
              leads target. Changes apply to future sequences only.
            </Text>
            <Button
              variant="default"
              rightSection={<IconExternalLink size={15} aria-hidden />}
              renderRoot={(props) => <Link to="/templates/$id" params={{ id: campaign.template.id }} {...props} />}
            >
              Edit template
            </Button>
          </section>
          <Divider />
          <End campaign={campaign} />
        </Stack>
      )}
    </QueryState>
  );
}

/** What is typed survives a refusal, and what others save meanwhile. */
function EditForm({ campaign }: { campaign: CampaignShown }) {
  const [name, setName] = useState<string | null>(null);
  const [accountIds, setAccountIds] = useState<readonly string[] | null>(null);
  const save = useAction({
    act: () =>
      patch<CampaignShown>(`/v1/campaigns/${campaign.id}`, {
        ...(name === null ? {} : { name: name.trim() }),
        ...(accountIds === null ? {} : { account_ids: accountIds }),
      }),
    done: () => 'Saved.',
    touches: ['campaigns', 'accounts'],
    showsProblem: true,
    after: () => {
      setName(null);
      setAccountIds(null);
    },
  });
  const isEmpty = name !== null && name.trim() === '';
  const isChanged = name !== null || accountIds !== null;
  const why = campaign.status === 'ENDED' ? 'The campaign has ended' : !isChanged ? 'Nothing has changed' : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why === null && !isEmpty) void save.run();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ProblemNote problem={save.problem} shownElsewhere={['name']} />
        <TextInput
          label="Name"
          value={name ?? campaign.name}
          maxLength={200}
          error={isEmpty ? 'A name is needed' : fieldProblem(save.problem, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <AccountPicker
          chosen={accountIds ?? campaign.account_ids}
          onChange={setAccountIds}
          hint="For sequences that are enrolled from now on. Those that are open keep their accounts."
        />
        <Group>
          <ActionButton type="submit" scope="campaigns:write" why={why} isBusy={save.isBusy}>
            Save
          </ActionButton>
        </Group>
      </Stack>
    </form>
  );
}

type Ended = CampaignShown & { stopped_sequences: number };

function End({ campaign: { id, name, status } }: { campaign: CampaignShown }) {
  const end = useAction({
    act: () => post<Ended>(`/v1/campaigns/${id}/end`),
    done: ({ stopped_sequences: stopped }) => `Ended “${name}”. ${counted(stopped, 'sequence')} stopped early.`,
    touches: ['campaigns', 'sequences', 'leads', 'counts'],
  });
  const ask = async () => {
    const body = <OpenCounted id={id} text={endText} />;
    if (await confirm({ title: 'End this campaign?', body, verb: 'End campaign', isDangerous: true })) await end.run();
  };
  return (
    <section aria-labelledby="end-heading">
      <Title order={2} id="end-heading" mb={4}>
        End
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Nothing more is sent or enrolled. Leads that wait are marked as failed; open tasks stay until they are
        dismissed.
      </Text>
      <ActionButton
        variant="light"
        color="red"
        scope="campaigns:write"
        why={status === 'ENDED' && 'It has ended'}
        isBusy={end.isBusy}
        onClick={() => void ask()}
      >
        End campaign
      </ActionButton>
    </section>
  );
}
