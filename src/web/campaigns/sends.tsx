import { Button, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { CampaignFiguresShown } from '../../api/shapes/campaigns.ts';
import { dayText } from './day-text.ts';

const Chart = lazy(async () => ({ default: (await import('./sends-chart.tsx')).SendsChart }));

/** Sends per day and what is planned for the next seven, drawn or as a table. */
export function Sends({ figures }: { figures: CampaignFiguresShown }) {
  const [isTable, setTable] = useState(false);
  const { days, today } = figures;
  const sent = days.reduce((sum, day) => sum + day.sent, 0);
  const planned = days.reduce((sum, day) => sum + day.planned, 0);
  return (
    <figure className="sends">
      <figcaption className="sends-caption">
        <Text size="sm" c="dimmed" span>
          <span className="sends-key" data-kind="sent" aria-hidden /> {sent.toLocaleString('en')} sent in 15 days,{' '}
          <span className="sends-key" data-kind="planned" aria-hidden /> {planned.toLocaleString('en')} planned in the
          next 7
        </Text>
        <Button size="compact-xs" variant="subtle" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </figcaption>
      {isTable ? (
        <DayTable days={days} today={today} />
      ) : (
        <Suspense fallback={<Skeleton height={190} />}>
          <Chart days={days} today={today} />
        </Suspense>
      )}
    </figure>
  );
}

const DayTable = ({ days, today }: Pick<CampaignFiguresShown, 'days' | 'today'>) => (
  <div className="day-table">
    <table className="data-table" aria-label="Sends per day">
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col" data-align="right">
            Sent
          </th>
          <th scope="col" data-align="right">
            Planned
          </th>
        </tr>
      </thead>
      <tbody>
        {days.map(({ day, sent, planned }) => (
          <tr key={day}>
            <td data-label="Day" data-title>
              {day === today ? `Today, ${dayText(day)}` : dayText(day)}
            </td>
            <td data-label="Sent" data-align="right">
              {day > today ? '' : sent}
            </td>
            <td data-label="Planned" data-align="right">
              {day < today ? '' : planned}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
