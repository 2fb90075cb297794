import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { cityOf } from '../shell/zoned-time.ts';

interface ZoneFieldProps {
  label: string;
  description?: string;
  value: string;
  error?: string | undefined;
  onChange: (zone: string) => void;
}

/** Every zone the browser knows, and the one that stands. */
export function ZoneField({ label, description, value, error, onChange }: ZoneFieldProps) {
  const zones = useMemo(() => [...new Set([value, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted(), [value]);
  return (
    <Select
      label={label}
      description={description}
      searchable
      nothingFoundMessage="No such zone"
      data={zones.map((zone) => ({ value: zone, label: zone === 'UTC' ? 'UTC' : `${cityOf(zone)} (${zone})` }))}
      value={value}
      error={error}
      onChange={(zone) => onChange(zone ?? value)}
      comboboxProps={{ withinPortal: true }}
    />
  );
}
