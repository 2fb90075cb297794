interface ChipsProps<T extends string> {
  label: string;
  value: T;
  choices: readonly { value: T; label: string; count?: number }[];
  onChange: (value: T) => void;
}

/** A filter with a few choices, each with how many there are. */
export const Chips = <T extends string>({ label, value, choices, onChange }: ChipsProps<T>) => (
  <fieldset className="chips" aria-label={label} style={{ border: 0, margin: 0, padding: 0 }}>
    {choices.map((choice) => (
      <button
        key={choice.value}
        type="button"
        className="chip"
        aria-pressed={choice.value === value}
        onClick={() => onChange(choice.value)}
      >
        {choice.label}
        {choice.count !== undefined && <span className="chip-count">{choice.count.toLocaleString('en')}</span>}
      </button>
    ))}
  </fieldset>
);
