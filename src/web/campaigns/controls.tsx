import { useQuery } from '@tanstack/react-query';
import type { CampaignFiguresShown, CampaignShown } from '../../api/shapes/campaigns.ts';
import type { UnreadyReason } from '../../domain/campaign.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { type Count, insteadOf, useCount } from '../shell/count.ts';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';
import { campaignQuery, figuresQuery, openCount } from './queries.ts';

/** Exact copy: web-app.md 3. */
const pauseText = (open: Count): string =>
  `Once confirmed, its ${sequencesText(open)} ${open === 1 ? 'starts' : 'start'} no new message. One already being handed over may still arrive. Delays keep running, tasks stay open, replies and unsubscribes are handled, no leads are enrolled.`;

const resumeText = (due: Count): string =>
  typeof due === 'number'
    ? `${counted(due, 'step')} fell due meanwhile. They go out in the next permitted hours, spread, within caps. The others keep their dates.`
    : `The steps that fell due meanwhile${insteadOf(due)} go out in the next permitted hours, spread, within caps. The others keep their dates.`;

export const endText = (open: Count): string =>
  `${typeof open === 'number' ? '' : 'Its '}${sequencesText(open)} ${open === 1 ? 'becomes' : 'become'} Stopped early. No undo.`;

const sequencesText = (open: Count) =>
  typeof open === 'number' ? counted(open, 'open sequence') : `open sequences${insteadOf(open)}`;

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

/** The campaign's page keeps this number up to date, so it is there at once. */
export function OpenCounted({ id, text }: { id: string; text: (open: Count) => string }) {
  const { data } = useQuery(campaignQuery(id));
  return text(data ? openCount(data) : 'counting');
}

const DueCounted = ({ id }: { id: string }) => resumeText(useCount(figuresQuery(id), ({ due }) => due));

const touches = ['campaigns', 'sequences', 'leads', 'counts'] as const;

function useControl(id: string, verb: 'start' | 'pause' | 'resume', done: (name: string) => string) {
  return useAction({
    act: () => post<CampaignShown>(`/v1/campaigns/${id}/${verb}`),
    done: ({ name }) => done(name),
    touches,
  });
}

interface ControlsProps {
  campaign: CampaignShown;
  /** Where they are not known yet, the server says whether a draft can start. */
  figures: CampaignFiguresShown | undefined;
}

/** Start, Pause or Resume: the one that the campaign's status permits. */
export function CampaignControls({ campaign: { id, status }, figures }: ControlsProps) {
  const start = useControl(id, 'start', (name) => `Started “${name}”.`);
  const pause = useControl(id, 'pause', (name) => `Paused “${name}”.`);
  const resume = useControl(id, 'resume', (name) => `Resumed “${name}”.`);
  const askPause = async () => {
    const body = <OpenCounted id={id} text={pauseText} />;
    if (await confirm({ title: 'Pause this campaign?', body, verb: 'Pause' })) await pause.run();
  };
  const askResume = async () => {
    if (await confirm({ title: 'Resume?', body: <DueCounted id={id} />, verb: 'Resume' })) await resume.run();
  };
  switch (status) {
    case 'DRAFT':
      return (
        <ActionButton
          scope="campaigns:write"
          why={figures && startProblem(figures.unready)}
          isBusy={start.isBusy}
          onClick={() => void start.run()}
        >
          Start
        </ActionButton>
      );
    case 'RUNNING':
      return (
        <ActionButton scope="campaigns:write" variant="default" isBusy={pause.isBusy} onClick={() => void askPause()}>
          Pause
        </ActionButton>
      );
    case 'PAUSED':
      return (
        <ActionButton scope="campaigns:write" isBusy={resume.isBusy} onClick={() => void askResume()}>
          Resume
        </ActionButton>
      );
    case 'ENDED':
      return null;
  }
}
