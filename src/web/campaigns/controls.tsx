import { useQuery } from '@tanstack/react-query';
import type { CampaignFiguresShown, CampaignShown } from '../../api/shapes/campaigns.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { type Count, insteadOf, useCount } from '../shell/count.ts';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';
import { useControl } from './control.ts';
import { campaignQuery, figuresQuery, openCount } from './queries.ts';
import { StartControl } from './start-control.tsx';

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

/** The campaign's page keeps this number up to date, so it is there at once. */
export function OpenCounted({ id, text }: { id: string; text: (open: Count) => string }) {
  const { data } = useQuery(campaignQuery(id));
  return text(data ? openCount(data) : 'counting');
}

const DueCounted = ({ id }: { id: string }) => resumeText(useCount(figuresQuery(id), ({ due }) => due));

interface ControlsProps {
  campaign: CampaignShown;
  /** Where they are not known yet, the server says whether a draft can start. */
  figures: CampaignFiguresShown | undefined;
}

/** Start, Pause or Resume: the one that the campaign's status permits. */
export function CampaignControls({ campaign, figures }: ControlsProps) {
  const { id, status } = campaign;
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
      return <StartControl campaign={campaign} figures={figures} />;
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
