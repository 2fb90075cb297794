import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';
import { useEditing, useProblem } from './editing.tsx';

interface WholeNumberProps extends Pick<NumberInputProps, 'label' | 'description' | 'suffix' | 'w' | 'aria-label'> {
  path: string;
  value: number;
  onChange: (value: number) => void;
  /** The id of what says its problem; left out: it stands below the field. */
  problemId?: string;
}

/** A whole number, whichever: what it may be, the server says. Emptied, it keeps what it was until another is typed. */
export function WholeNumber({ path, value, onChange, problemId, ...rest }: WholeNumberProps) {
  const { isReadOnly } = useEditing();
  const problem = useProblem(path);
  const [isEmpty, setEmpty] = useState(false);
  return (
    <NumberInput
      {...rest}
      data-field={path}
      size="sm"
      allowDecimal={false}
      readOnly={isReadOnly}
      error={problemId === undefined ? problem : problem !== undefined}
      aria-describedby={problemId}
      value={isEmpty ? '' : value}
      onChange={(typed) => {
        setEmpty(typeof typed !== 'number');
        if (typeof typed === 'number' && Number.isSafeInteger(typed)) onChange(typed);
      }}
      onBlur={() => setEmpty(false)}
    />
  );
}
