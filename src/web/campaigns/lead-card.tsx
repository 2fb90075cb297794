import { Alert, Anchor, Group, Kbd, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import type { LeadPreviewShown, LeadShown } from '../../api/shapes/leads.ts';
import { get } from '../client.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { useSearchParam } from '../shell/search-params.ts';
import { type Decision, useDecision, useRetry } from './decide.ts';
import { failureTexts, leadStatusNames } from './lead-views.ts';
import { contactName } from './names.ts';

interface LeadCardProps {
  lead: LeadShown;
  campaign: CampaignShown | undefined;
}

/** Who it is, what they would be told first, and what can be decided. */
export function LeadCard({ lead, campaign }: LeadCardProps) {
  const { contact, status, failure } = lead;
  const facts = [contact.job_title, contact.company].filter(Boolean).join(', ');
  return (
    <div className="review-card">
      <div className="review-head">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2}>{contactName(contact)}</Title>
          <Text size="xs" c="dimmed" className="dim-icon">
            {leadStatusNames[status]}
          </Text>
        </Group>
        {facts !== '' && <Text size="sm">{facts}</Text>}
        <Text size="sm" c="dimmed">
          {[contact.email, contact.linkedin_profile && `linkedin.com/in/${contact.linkedin_profile}`]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        {failure && (
          <Alert color="red" variant="light" mt="xs" p="xs">
            {failureTexts[failure]}
          </Alert>
        )}
      </div>
      <div className="review-body">
        <FirstStep lead={lead} />
      </div>
      <div className="review-foot">
        <Decisions lead={lead} campaign={campaign} />
      </div>
    </div>
  );
}

function FirstStep({ lead: { id } }: { lead: LeadShown }) {
  const query = useQuery({
    queryKey: ['leads', 'preview', id],
    queryFn: ({ signal }) => get<LeadPreviewShown>(`/app/api/leads/${id}/preview`, {}, signal),
  });
  return (
    <QueryState query={query} lines={5}>
      {({ step, ai_variables, later }) =>
        step === null ? (
          <Text size="sm" c="dimmed">
            The template has no step yet.
          </Text>
        ) : (
          <>
            <Text size="xs" c="dimmed" mb={8}>{`Step 1, ${step.name}`}</Text>
            <Copy content={step.content} aiVariables={ai_variables} />
            <Unfit unfit={step} waits="the sequence waits for you" />
            <Unfit unfit={later} waits="a later step waits for you" />
          </>
        )
      }
    </QueryState>
  );
}

interface UnfitProps {
  unfit: LeadPreviewShown['later'];
  waits: string;
}

/** Why a copy would not go out before a person has completed it. */
const Unfit = ({ unfit: { missing, problems }, waits }: UnfitProps) =>
  [...(missing.length > 0 ? [`No value for ${missing.join(', ')}`] : []), ...problems].map((what) => (
    <Text key={what} size="sm" c="dimmed" mt="sm">
      {`${what}: ${waits}.`}
    </Text>
  ));

type Content = NonNullable<LeadPreviewShown['step']>['content'];

function Copy({ content, aiVariables }: { content: Content; aiVariables: readonly string[] }) {
  const { heading, body } = textsOf(content);
  return (
    <div>
      {heading !== '' && (
        <div className="copy-subject">
          <WithPlaces text={heading} names={aiVariables} />
        </div>
      )}
      <div className="copy-text">
        {body === '' ? (
          <Text span c="dimmed" inherit>
            Without a note
          </Text>
        ) : (
          <WithPlaces text={body} names={aiVariables} />
        )}
      </div>
    </div>
  );
}

function textsOf(content: Content): { heading: string; body: string } {
  switch (content.kind) {
    case 'email':
      return { heading: content.subject, body: content.body };
    case 'linkedin_message':
      return { heading: '', body: content.body };
    case 'linkedin_invitation':
      return { heading: '', body: content.note ?? '' };
    case 'manual_task':
      return { heading: content.title, body: content.instructions };
  }
}

/** The copy, with a chip in the place of what is written at enrolment. */
function WithPlaces({ text, names }: { text: string; names: readonly string[] }) {
  const parts = text.split(/(\{\{[a-z][a-z0-9_]*\}\})/);
  return parts.map((part, index) => {
    const name = part.startsWith('{{') ? part.slice(2, -2) : null;
    const key = `${index} ${part}`;
    return name !== null && names.includes(name) ? (
      <span key={key} className="written-later" title={name}>
        written at enrolment
      </span>
    ) : (
      <span key={key}>{part}</span>
    );
  });
}

const standing = ({ status }: LeadShown): Decision =>
  status === 'APPROVED' || status === 'REJECTED' ? status : 'PENDING_REVIEW';

function Decisions({ lead, campaign }: LeadCardProps) {
  const decide = useDecision(standing(lead));
  const retry = useRetry();
  const [, openSequence] = useSearchParam('sequence');
  const { status, sequence_id } = lead;
  const isWaiting = status === 'PENDING_REVIEW';
  const approve = () => void decide.run({ lead, to: 'APPROVED' });
  const reject = () => void decide.run({ lead, to: 'REJECTED' });
  useShortcuts(
    isWaiting
      ? [
          { key: 'a', does: 'Approve', run: approve },
          { key: 'x', does: 'Reject', run: reject },
        ]
      : [],
  );
  const why = campaign?.status === 'ENDED' && 'The campaign has ended';
  if (isWaiting)
    return (
      <>
        <ActionButton
          scope="campaigns:write"
          why={why}
          isBusy={decide.isBusy}
          onClick={approve}
          aria-keyshortcuts="a"
          rightSection={
            <Kbd size="xs" aria-hidden>
              a
            </Kbd>
          }
        >
          Approve
        </ActionButton>
        <ActionButton
          scope="campaigns:write"
          variant="default"
          isBusy={decide.isBusy}
          onClick={reject}
          aria-keyshortcuts="x"
          rightSection={
            <Kbd size="xs" aria-hidden>
              x
            </Kbd>
          }
        >
          Reject
        </ActionButton>
      </>
    );
  if (status === 'FAILED')
    return (
      <ActionButton scope="campaigns:write" why={why} isBusy={retry.isBusy} onClick={() => void retry.run(lead)}>
        Retry
      </ActionButton>
    );
  if (status === 'ENROLLED')
    return (
      <Anchor component="button" type="button" size="sm" onClick={() => openSequence(sequence_id)}>
        Open the sequence
      </Anchor>
    );
  return (
    <ActionButton
      scope="campaigns:write"
      variant="default"
      isBusy={decide.isBusy}
      onClick={() => void decide.run({ lead, to: 'PENDING_REVIEW' })}
    >
      Back to review
    </ActionButton>
  );
}
