import { Text } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import type { LeadShown } from '../../api/shapes/leads.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { useSearchParam } from '../shell/search-params.ts';
import { BulkBar } from './bulk-bar.tsx';
import { type Decision, useRetryMany, useReview } from './decide.ts';
import { LeadCard } from './lead-card.tsx';
import { failureTexts, type LeadView, leadStatusNames, leadViews } from './lead-views.ts';
import { contactLine, contactName } from './names.ts';

interface ReviewProps {
  campaign: CampaignShown | undefined;
  campaignId: string;
  leads: Listing<LeadShown>;
  search: { view: LeadView; q: string; missing: string };
  pager: ReactNode;
}

const contactColumn: Column<LeadShown> = {
  key: 'contact',
  header: 'Lead',
  isTitle: true,
  cell: ({ contact }) => (
    <>
      {contactName(contact)}
      <Text size="xs" c="dimmed" fw={400}>
        {contactLine(contact)}
      </Text>
    </>
  ),
};

const statusColumn: Column<LeadShown> = {
  key: 'status',
  header: 'Status',
  cell: ({ status, failure }) => (
    <>
      {leadStatusNames[status]}
      {failure && (
        <Text size="xs" c="dimmed">
          {failureTexts[failure]}
        </Text>
      )}
    </>
  ),
};

/** The queue, and beside it the lead in hand with what they would be told first. */
export function Review({ campaign, campaignId, leads, search, pager }: ReviewProps) {
  const { items } = leads;
  const [chosen, choose] = useSearchParam('lead');
  const place = useRef(0);
  const found = items.findIndex(({ id }) => id === chosen);
  if (found !== -1) place.current = found;
  const lead = items[found] ?? items[Math.min(place.current, items.length - 1)];
  const list = useRef<HTMLDivElement>(null);
  const move = (by: 1 | -1) => {
    const at = lead ? items.indexOf(lead) : 0;
    const next = items[Math.min(items.length - 1, Math.max(0, at + by))];
    if (!next) return;
    choose(next.id);
    list.current?.querySelectorAll<HTMLElement>('[data-row-open]')[items.indexOf(next)]?.focus();
  };
  useShortcuts([
    { key: 'j', does: 'Next lead', run: () => move(1) },
    { key: 'k', does: 'Lead before', run: () => move(-1) },
  ]);
  const columns =
    leadViews[search.view].length === 1 && search.view !== 'failed' ? [contactColumn] : [contactColumn, statusColumn];
  return (
    <div className="review">
      <div ref={list}>
        <Ticked campaign={campaign} campaignId={campaignId} leads={leads} search={search}>
          {(selection) => (
            <DataTable
              label="Leads"
              rows={items}
              columns={columns}
              keyOf={({ id }) => id}
              nameOf={({ contact }) => contactName(contact)}
              onOpen={({ id }) => choose(id)}
              openKey={lead?.id ?? null}
              selection={selection}
              hasKeys={false}
            />
          )}
        </Ticked>
        {pager}
      </div>
      {lead && (
        <aside className="review-side" aria-label="The lead in hand">
          <LeadCard key={lead.id} lead={lead} campaign={campaign} />
        </aside>
      )}
    </div>
  );
}

interface TickedProps extends Omit<ReviewProps, 'pager'> {
  children: (selection: { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void }) => ReactNode;
}

/** Where everybody of a view stands, and what can be made of them together. */
const bulkMoves: Partial<Record<LeadView, { from: Decision; to: readonly Decision[] }>> = {
  review: { from: 'PENDING_REVIEW', to: ['APPROVED', 'REJECTED'] },
  approved: { from: 'APPROVED', to: ['PENDING_REVIEW'] },
  rejected: { from: 'REJECTED', to: ['PENDING_REVIEW'] },
};

/** What is done to those that are ticked, on this page or to all that match. */
function Ticked({ campaign, campaignId, leads, search: { view, q, missing }, children }: TickedProps) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [isAll, setAll] = useState(false);
  const clear = () => {
    setTicked(new Set());
    setAll(false);
  };
  const here = leads.items.map(({ id }) => id);
  const kept = isAll ? here : here.filter((id) => ticked.has(id));
  const review = useReview(campaignId, clear);
  const retry = useRetryMany(campaignId, clear);
  const count = isAll ? leads.total_count : kept.length;
  const ended = campaign?.status === 'ENDED' && 'The campaign has ended';
  const typed = { ...(q === '' ? {} : { q }), ...(missing === '' ? {} : { missing }) };
  const which = isAll ? { all: { statuses: leadViews[view], ...typed } } : { lead_ids: kept };
  return (
    <>
      {count > 0 && (
        <BulkBar
          count={count}
          total={leads.total_count}
          isAll={isAll}
          isWholePage={kept.length === here.length}
          noun="lead"
          onAll={() => setAll(true)}
          onClear={clear}
        >
          {bulkMoves[view]?.to.map((to) => (
            <ActionButton
              key={to}
              size="xs"
              variant="default"
              scope="campaigns:write"
              why={to === 'APPROVED' && ended}
              isBusy={review.isBusy}
              onClick={() => void review.run({ to, from: bulkMoves[view]?.from ?? 'PENDING_REVIEW', which })}
            >
              {verbOf[to]}
            </ActionButton>
          ))}
          {view === 'failed' && (
            <ActionButton
              size="xs"
              variant="default"
              scope="campaigns:write"
              why={ended}
              isBusy={retry.isBusy}
              onClick={() => void retry.run(which)}
            >
              Retry
            </ActionButton>
          )}
        </BulkBar>
      )}
      {children({
        keys: new Set(kept),
        onChange: (keys) => {
          setAll(false);
          setTicked(keys);
        },
      })}
    </>
  );
}

const verbOf: Record<Decision, string> = { APPROVED: 'Approve', REJECTED: 'Reject', PENDING_REVIEW: 'Back to review' };
