import type { CampaignFiguresShown, CampaignShown } from '../../api/shapes/campaigns.ts';
import type { UnreadyReason } from '../../domain/campaign.ts';
import { get, post, queryClient } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { confirm } from '../shell/dialog.tsx';
import { figuresQuery, openCount } from './queries.ts';

/** Exact copy: web-app.md 3. */
export const pauseText = (open: number): string =>
  `Once confirmed, its ${sequencesText(open)} ${open === 1 ? 'starts' : 'start'} no new message. One already being handed over may still arrive. Delays keep running, tasks stay open, replies and unsubscribes are handled, no leads are enrolled.`;

export const resumeText = (due: number): string =>
  `${due.toLocaleString('en')} ${due === 1 ? 'step' : 'steps'} fell due meanwhile. They go out in the next permitted hours, spread, within caps. The others keep their dates.`;

export const endText = (open: number): string =>
  `${sequencesText(open)} ${open === 1 ? 'becomes' : 'become'} Stopped early. No undo.`;

const sequencesText = (open: number) => `${open.toLocaleString('en')} open ${open === 1 ? 'sequence' : 'sequences'}`;

const unreadyTexts: Record<Exclude<UnreadyReason, 'real_mail'>, string> = {
  template_not_active: 'Template is not active',
  no_account: 'No connected account',
};

/** Why a draft cannot be started, the first reason first. */
export function startProblem(unready: CampaignFiguresShown['unready']): string | null {
  const [first] = unready;
  if (!first) return null;
  return first.reason === 'real_mail' ? first.detail.replace(/^campaign \S+ /, '') : unreadyTexts[first.reason];
}

/** What the dialogs count, as it stands when they open. */
const fresh = async (id: string) => {
  const [campaign, figures] = await Promise.all([
    get<CampaignShown>(`/v1/campaigns/${id}`),
    queryClient.fetchQuery({ ...figuresQuery(id), staleTime: 0 }),
  ]);
  return { open: openCount(campaign), due: figures.due };
};

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
  figures: CampaignFiguresShown | undefined;
}

/** Start, Pause or Resume: the one that the campaign's status permits. */
export function CampaignControls({ campaign: { id, status }, figures }: ControlsProps) {
  const start = useControl(id, 'start', (name) => `Started “${name}”.`);
  const pause = useControl(id, 'pause', (name) => `Paused “${name}”.`);
  const resume = useControl(id, 'resume', (name) => `Resumed “${name}”.`);
  const askPause = async () => {
    const { open } = await fresh(id);
    if (await confirm({ title: 'Pause this campaign?', body: pauseText(open), verb: 'Pause' })) await pause.run();
  };
  const askResume = async () => {
    const { due } = await fresh(id);
    if (await confirm({ title: 'Resume?', body: resumeText(due), verb: 'Resume' })) await resume.run();
  };
  switch (status) {
    case 'DRAFT':
      return (
        <ActionButton
          scope="campaigns:write"
          why={figures ? startProblem(figures.unready) : 'Looking whether it can start'}
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
