import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { sessionQuery } from './viewer.ts';

/** The business clock (epoch ms), virtual time included: what "in 3 days" is measured from. Ticks every half minute. */
export function useNow(): number {
  const { data, dataUpdatedAt } = useQuery(sessionQuery);
  const [real, setReal] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setReal(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return data ? data.now + Math.max(0, real - dataUpdatedAt) : real;
}

/** How far the business clock is ahead of this machine's, ms; 0 unless virtual time was moved. */
export function useAhead(): number {
  const { data, dataUpdatedAt } = useQuery(sessionQuery);
  const ahead = data ? data.now - dataUpdatedAt : 0;
  return ahead > 120_000 ? ahead : 0;
}
