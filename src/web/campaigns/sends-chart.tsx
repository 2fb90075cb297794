import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CampaignFiguresShown } from '../../api/shapes/campaigns.ts';
import { dayText } from './day-text.ts';

const HEIGHT = 190;

const colours = {
  light: { sent: '#2f54bd', planned: '#b6c6f0', line: '#e6e8ec', text: '#5c6370' },
  dark: { sent: '#698be1', planned: '#2b3d6e', line: '#2b2f36', text: '#a2a9b5' },
} as const;

type Days = CampaignFiguresShown['days'];

/** Bars: what was sent, with what is planned on top of it. The table beside it says the same in words. */
export function SendsChart({ days, today }: { days: Days; today: string }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const key = JSON.stringify(days);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says whether the days differ
  useEffect(() => {
    const { current } = place;
    if (!current) return;
    const chart = new uPlot(optionsOf(days, current.clientWidth, scheme), dataOf(days), current);
    const watch = new ResizeObserver(() => chart.setSize({ width: current.clientWidth, height: HEIGHT }));
    watch.observe(current);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [key, scheme]);
  const most = Math.max(...days.map(({ sent, planned }) => sent + planned));
  return (
    <div
      ref={place}
      className="sends-chart"
      role="img"
      aria-label={`Bars of sends per day up to ${dayText(today)} and planned ones after it, ${most} on the busiest day. The table has the figures.`}
    />
  );
}

/** uPlot draws bars over one another: the sum first, what was sent over it. */
const dataOf = (days: Days): uPlot.AlignedData => [
  days.map((_, index) => index),
  days.map(({ sent, planned }) => sent + planned),
  days.map(({ sent }) => sent),
];

function optionsOf(days: Days, width: number, scheme: 'light' | 'dark'): uPlot.Options {
  const { sent, planned, line, text } = colours[scheme];
  const bars = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.15 });
  const series = (label: string, fill: string): uPlot.Series => ({
    label,
    fill,
    stroke: fill,
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  const axis = { stroke: text, font: '11px system-ui, sans-serif', ticks: { show: false } } as const;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-0.6, days.length - 0.4] },
      y: { range: (_, __, max) => [0, Math.max(4, max)] },
    },
    series: [{}, series('Planned', planned), series('Sent', sent)],
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        splits: () => days.flatMap((_, index) => (index % 7 === 0 ? [index] : [])),
        values: (_, splits) => splits.map((index) => (days[index] ? dayText(days[index].day) : '')),
      },
      {
        ...axis,
        size: 34,
        grid: { stroke: line, width: 1 },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000],
      },
    ],
  };
}
