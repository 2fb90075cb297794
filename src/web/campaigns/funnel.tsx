import { Link, type LinkProps } from '@tanstack/react-router';
import type { CampaignFiguresShown } from '../../api/shapes/campaigns.ts';

type Counts = CampaignFiguresShown['funnel'];

interface Stage {
  key: keyof Counts;
  label: string;
  /** The list of those it counts. */
  to: Pick<LinkProps, 'to' | 'search'>;
}

const leads = (status: string | undefined) => ({ to: '/campaigns/$id/leads', search: { status } }) as const;
const sequences = (search: Record<string, string>) => ({ to: '/campaigns/$id/sequences', search }) as const;

const stages: readonly Stage[] = [
  { key: 'proposed', label: 'Proposed', to: leads('all') },
  { key: 'approved', label: 'Approved', to: leads('accepted') },
  { key: 'enrolled', label: 'Enrolled', to: sequences({}) },
  { key: 'contacted', label: 'Contacted', to: sequences({ reached: 'contacted' }) },
  { key: 'replied', label: 'Replied', to: sequences({ reached: 'replied' }) },
  { key: 'succeeded', label: 'Succeeded', to: sequences({ status: 'SUCCEEDED' }) },
];

/** How many came how far; each stage opens the list of those it counts. */
export function Funnel({ id, funnel }: { id: string; funnel: Counts }) {
  const whole = Math.max(1, funnel.proposed);
  return (
    <ol className="funnel">
      {stages.map(({ key, label, to }, index) => {
        const before = stages[index - 1];
        return (
          <li key={key}>
            <Link {...to} params={{ id }} className="funnel-stage">
              <span className="funnel-label">{label}</span>
              <span className="funnel-count">{funnel[key].toLocaleString('en')}</span>
              <span className="funnel-share">{before ? shareOf(funnel[key], funnel[before.key]) : '\u00a0'}</span>
              <span className="funnel-bar" aria-hidden>
                <span style={{ width: `${Math.max(funnel[key] === 0 ? 0 : 2, (100 * funnel[key]) / whole)}%` }} />
              </span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}

const shareOf = (count: number, of: number): string => (of === 0 ? '–' : `${Math.round((100 * count) / of)}%`);
