import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { CampaignFiguresShown, CampaignShown } from '../../api/shapes/campaigns.ts';
import type { UnreadyReason } from '../../domain/campaign.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useControl } from './control.ts';
import { MissingAtStart } from './missing-values.tsx';

const unreadyTexts: Record<Exclude<UnreadyReason, 'real_mail'>, string> = {
  template_not_active: 'Template is not active',
  no_account: 'No connected account',
};

/** Why a draft cannot be started, the first reason first. */
function startProblem(unready: CampaignFiguresShown['unready']): string | null {
  const [first] = unready;
  if (!first) return null;
  return first.reason === 'real_mail' ? first.what : unreadyTexts[first.reason];
}

const startText = (approved: number): string =>
  approved === 0
    ? 'Nobody is approved yet: leads are enrolled once they are.'
    : `Its ${counted(approved, 'approved lead')} ${approved === 1 ? 'is' : 'are'} enrolled, as many a day as the template takes.`;

interface StartControlProps {
  campaign: CampaignShown;
  figures: CampaignFiguresShown | undefined;
}

/** Asks before a draft begins, and says whose copy would wait for a person; that is read meanwhile and holds nothing up. */
export function StartControl({ campaign: { id, leads }, figures }: StartControlProps) {
  const [isAsked, ask] = useState(false);
  const close = () => ask(false);
  const start = useControl(id, 'start', (name) => `Started “${name}”.`, close);
  return (
    <>
      <ActionButton scope="campaigns:write" why={figures && startProblem(figures.unready)} onClick={() => ask(true)}>
        Start
      </ActionButton>
      <Dialog opened={isAsked} onClose={close} title="Start this campaign?">
        <Stack>
          <Text size="sm">{startText(leads.APPROVED)}</Text>
          <MissingAtStart campaignId={id} onFollow={close} />
          <Group justify="flex-end" gap="xs" className="dialog-buttons">
            <Button variant="default" data-autofocus onClick={close}>
              Cancel
            </Button>
            <Button loading={start.isBusy} onClick={() => void start.run()}>
              Start
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
