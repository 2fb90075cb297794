import { Alert, Anchor, Text } from '@mantine/core';
import { IconVariable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { MissingVariablesShown } from '../../api/shapes/missing-variables.ts';
import type { UnwrittenStatus } from '../../domain/lead.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';
import { useLeaveOut } from './decide.ts';
import type { LeadView } from './lead-views.ts';
import { missingQuery } from './queries.ts';

/** Which leads of a view it counts. */
const statusOf: Partial<Record<LeadView, UnwrittenStatus>> = { review: 'PENDING_REVIEW', approved: 'APPROVED' };

type Lacking = MissingVariablesShown['variables'][number];

const lackingIn = ({ variables }: MissingVariablesShown, status: UnwrittenStatus): Lacking[] =>
  variables.filter(({ missing }) => missing[status] > 0);

interface MissingValuesProps {
  campaignId: string;
  view: LeadView;
  /** The variable whose lack the list is narrowed to; '': none. */
  shown: string;
  onShow: (variable: string) => void;
}

/** Above the queue: what the template asks for and these leads lack, and what can be done about it. */
export function MissingValues({ campaignId, view, shown, onShow }: MissingValuesProps) {
  const status = statusOf[view];
  const { data } = useQuery(missingQuery(campaignId));
  const lacking = data && status ? lackingIn(data, status) : [];
  if (!data || !status || lacking.length === 0) return null;
  return (
    <MissingList title="Their copy would wait for you">
      {lacking.map((variable) => (
        <MissingLine key={variable.name} variable={variable} of={data.leads[status]} status={status}>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => onShow(shown === variable.name ? '' : variable.name)}
          >
            {shown === variable.name ? 'Show all' : 'Show them'}
          </Anchor>
          <Remedies campaignId={campaignId} templateId={data.template_id} step={variable.steps[0]} />
          <LeaveOut campaignId={campaignId} variable={variable} status={status} />
        </MissingLine>
      ))}
    </MissingList>
  );
}

interface MissingAtStartProps {
  campaignId: string;
  /** A link of it was followed. */
  onFollow: () => void;
}

/** In the question before a start. Counted when that opens: what was counted before may be long ago. */
export function MissingAtStart({ campaignId, onFollow }: MissingAtStartProps) {
  const { data, isError, isFetchedAfterMount } = useQuery({
    ...missingQuery(campaignId),
    refetchOnMount: 'always',
  });
  if (!isFetchedAfterMount) return <Aside>Looking for missing values …</Aside>;
  if (!data || isError) return <Aside>Whether values are missing is unknown.</Aside>;
  const lacking = lackingIn(data, 'APPROVED');
  if (lacking.length === 0) return null;
  return (
    <MissingList title="Some copy would wait for you">
      {lacking.map((variable) => (
        <MissingLine key={variable.name} variable={variable} of={data.leads.APPROVED} status="APPROVED">
          <Remedies
            campaignId={campaignId}
            templateId={data.template_id}
            step={variable.steps[0]}
            onFollow={onFollow}
          />
          <Link
            to="/campaigns/$id/leads"
            params={{ id: campaignId }}
            search={{ status: 'approved', missing: variable.name }}
            onClick={onFollow}
          >
            Leave out …
          </Link>
        </MissingLine>
      ))}
    </MissingList>
  );
}

const Aside = ({ children }: { children: ReactNode }) => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
);

/** Values that are missing, each with what can be done about it. */
export const MissingList = ({ title, children }: { title: string; children: ReactNode }) => (
  <Alert
    className="lacking-note"
    variant="light"
    color="yellow"
    icon={<IconVariable aria-hidden />}
    title={title}
    mb="sm"
  >
    <ul className="missing-values">{children}</ul>
  </Alert>
);

interface MissingLineProps {
  variable: Lacking;
  of: number;
  status: UnwrittenStatus;
  children: ReactNode;
}

const standing: Record<UnwrittenStatus, string> = { PENDING_REVIEW: 'to review', APPROVED: 'approved' };

const MissingLine = ({ variable: { name, missing }, of, status, children }: MissingLineProps) => (
  <li>
    <code>{name}</code>
    <span>{`${missing[status].toLocaleString('en')} of ${of.toLocaleString('en')} ${standing[status]}`}</span>
    {children}
  </li>
);

interface RemediesProps {
  campaignId: string;
  templateId: string;
  /** Where a default is written first, from 1. */
  step: number | undefined;
  onFollow?: () => void;
}

const Remedies = ({ campaignId, templateId, step = 1, onFollow }: RemediesProps) => (
  <>
    <Link to="/campaigns/$id/leads/import/$job" params={{ id: campaignId, job: 'new' }} onClick={onFollow}>
      Map a column
    </Link>
    <DefaultLink templateId={templateId} step={step} onFollow={onFollow} />
  </>
);

interface DefaultLinkProps {
  templateId: string;
  step: number;
  onFollow?: (() => void) | undefined;
}

/** To the first step that asks for the variable, where its default is written beside it. */
export const DefaultLink = ({ templateId, step, onFollow }: DefaultLinkProps) => (
  <Link to="/templates/$id" params={{ id: templateId }} search={{ step: String(step) }} onClick={onFollow}>
    Write a default
  </Link>
);

interface LeaveOutProps {
  campaignId: string;
  variable: Lacking;
  status: UnwrittenStatus;
}

function LeaveOut({ campaignId, variable: { name, missing }, status }: LeaveOutProps) {
  const leaveOut = useLeaveOut(campaignId, status);
  const ask = async () => {
    const title = `Leave out ${counted(missing[status], 'lead')}?`;
    const body = `All ${standing[status]} without a value for ${name} are rejected. They can be put back to review.`;
    if (await confirm({ title, body, verb: 'Leave out' })) await leaveOut.run(name);
  };
  return (
    <ActionButton
      size="compact-sm"
      variant="subtle"
      fw={400}
      scope="campaigns:write"
      isBusy={leaveOut.isBusy}
      onClick={() => void ask()}
    >
      Leave out
    </ActionButton>
  );
}
