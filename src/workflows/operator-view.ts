import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type {
  NextStep,
  Personalised,
  SequenceOutcome,
  SequenceStatus,
  StepLine,
  StepResult,
} from '../domain/sequence.ts';
import type { SequenceNotes } from './notes.ts';

/** Keyword attributes; ids and enum values only, for they are never encrypted. Registered at start. */
const attributes = {
  workspaceId: defineSearchAttributeKey('WorkspaceId', 'KEYWORD'),
  campaignId: defineSearchAttributeKey('CampaignId', 'KEYWORD'),
  templateId: defineSearchAttributeKey('TemplateId', 'KEYWORD'),
  status: defineSearchAttributeKey('SequenceStatus', 'KEYWORD'),
};

/** What an operator sees of a sequence in the Temporal UI: its status, a small table of steps, what the wait is for. */
export function newView(notes: SequenceNotes) {
  let shown: SequenceStatus | undefined;
  let steps: readonly StepLine[] = [];
  let waiting = '';

  /** +1 event, so only on change; the four ids once. */
  const showStatus = (status: SequenceStatus, ids?: Personalised['attributes']) => {
    if (status === shown && !ids) return;
    shown = status;
    upsertSearchAttributes([
      { key: attributes.status, value: status },
      ...(ids
        ? [
            { key: attributes.workspaceId, value: ids.workspaceId },
            { key: attributes.campaignId, value: ids.campaignId },
            { key: attributes.templateId, value: ids.templateId },
          ]
        : []),
    ]);
  };

  const view = {
    /** The details as they stand; costs no event. */
    refresh() {
      const held = notes.paused > notes.resumed ? '\n\n**Campaign paused**' : '';
      const rows = steps.map(
        ({ number, kind, status, at }) => `| ${number} | ${kind} | ${status} | ${at === null ? '' : utc(at)} |`,
      );
      setCurrentDetails(
        [
          `**${shown ?? 'starting'}** ${waiting}${held}`,
          '',
          '| step | kind | state | when |',
          '|---|---|---|---|',
          ...rows,
        ].join('\n'),
      );
    },
    planned(written: Personalised) {
      steps = written.steps;
      waiting = waitsFor(written.next);
      showStatus(written.status, written.attributes);
      view.refresh();
    },
    show(result: StepResult) {
      steps = result.steps;
      waiting = result.kind === 'done' && result.next ? waitsFor(result.next) : describe(result);
      showStatus(result.status);
      view.refresh();
    },
    conclude(end: SequenceOutcome): SequenceOutcome {
      waiting = end.reason;
      showStatus(end.status);
      view.refresh();
      return end;
    },
    /** What the next timer waits for, in a few words. */
    summary: () => waiting.slice(0, 200),
    /** What the activity does: the step that comes next. */
    activity: () => {
      const line = steps.find(({ status }) => ['PENDING', 'WAITING', 'SENDING', 'UNCONFIRMED'].includes(status));
      return line ? `step ${line.number} ${line.kind}` : 'conclude';
    },
  };
  return view;
}

const waitsFor = (next: NextStep) => `${next.why} → step ${next.number} ${next.kind}, ${utc(next.at)}`;

function describe(result: StepResult): string {
  switch (result.kind) {
    case 'done':
      return 'all steps are done';
    case 'deferred':
      return `${result.why}, until ${utc(result.until)}`;
    case 'held':
      return 'held: campaign paused';
    case 'waitingForUser':
      return 'waiting for a task';
    case 'waitingForLead':
      return `waiting for the connection, until ${utc(result.until)}`;
    case 'ended':
      return result.end.reason;
  }
}

const utc = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
