import { Button, Group, Input, Menu, Text } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useId, useRef } from 'react';
import { useEditing, useProblem } from './editing.tsx';
import { type Choice, choicesOf, piecesOf } from './message-marks.ts';
import { insertVariable, useSuggestions } from './suggestions.tsx';

interface MessageFieldProps {
  label: string;
  /** Where it is in the template: `steps.2.body`. */
  path: string;
  value: string;
  onChange: (value: string) => void;
  isOneLine?: boolean;
  /** "12 of 300 characters". */
  most?: number;
  isLocked?: boolean;
  hint?: string;
}

/**
 * Plain text whose `{{…}}` are marked: the marks lie behind a textarea and never touch what is typed. `{{` lists the
 * variables; arrows choose, Enter or Tab takes one, Esc closes the list.
 */
export function MessageField(props: MessageFieldProps) {
  const { label, path, value, onChange, isOneLine = false, isLocked = false } = props;
  const { file, isReadOnly } = useEditing();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const back = useRef<HTMLDivElement>(null);
  const own = file.ai_variables.map(({ name }) => name);
  const error = useProblem(path, value === '');
  const suggest = useSuggestions(field, back, choicesOf(own));
  const isFixed = isReadOnly || isLocked;
  return (
    <div data-field={path}>
      <Group justify="space-between" align="flex-end" mb={4} gap="xs">
        <Input.Label htmlFor={id}>{label}</Input.Label>
        {!isFixed && (
          <InsertMenu label={label} choices={choicesOf(own)} onChoose={(name) => insertVariable(field, name)} />
        )}
      </Group>
      <div
        className="message"
        data-one-line={isOneLine}
        data-short={props.most !== undefined}
        data-invalid={error !== undefined}
        data-locked={isFixed}
      >
        <div ref={back} className="message-back" aria-hidden>
          <Marked text={value} own={own} />
        </div>
        <textarea
          ref={field}
          id={id}
          className="message-text"
          rows={1}
          value={value}
          readOnly={isFixed}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-below`}
          aria-autocomplete="list"
          {...suggest.attributes}
          onChange={(event) => {
            const { value: typed } = event.currentTarget;
            onChange(isOneLine ? typed.replace(/[\r\n]+/g, ' ') : typed);
            suggest.look();
          }}
          onClick={suggest.close}
          onBlur={suggest.close}
          onKeyDown={(event) => {
            suggest.onKeyDown(event);
            if (isOneLine && event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault();
          }}
        />
        {suggest.list}
      </div>
      <Below id={`${id}-below`} {...props} error={error} />
    </div>
  );
}

const Marked = ({ text, own }: { text: string; own: readonly string[] }) => (
  <>
    {piecesOf(text, own).map(({ text: piece, at, kind }) =>
      kind === 'text' ? (
        <span key={at}>{piece}</span>
      ) : (
        <mark key={at} className="chip" data-unknown={kind === 'unknown'}>
          {piece}
        </mark>
      ),
    )}
    {'\u200b'}
  </>
);

function Below({ id, error, hint, most, value }: MessageFieldProps & { id: string; error: string | undefined }) {
  return (
    <Group id={id} justify="space-between" gap="xs" mt={4} className="field-below">
      <div>{error ? <Input.Error>{error}</Input.Error> : hint && <Input.Description>{hint}</Input.Description>}</div>
      {most !== undefined && (
        <Text size="xs" c={value.length > most ? 'var(--mantine-color-error)' : 'dimmed'} className="counter">
          {value.length} of {most} characters
        </Text>
      )}
    </Group>
  );
}

const InsertMenu = ({
  label,
  choices,
  onChoose,
}: {
  label: string;
  choices: readonly Choice[];
  onChoose: (name: string) => void;
}) => (
  <Menu position="bottom-end" shadow="md" returnFocus={false} width={240}>
    <Menu.Target>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        leftSection={<IconBraces size={14} aria-hidden />}
        aria-label={`Insert a variable into ${label}`}
      >
        Insert
      </Button>
    </Menu.Target>
    <Menu.Dropdown className="variable-menu">
      {choices.map(({ name, group }, index) => (
        <div key={name}>
          {choices[index - 1]?.group !== group && <Menu.Label>{group}</Menu.Label>}
          <Menu.Item onClick={() => onChoose(name)}>{name}</Menu.Item>
        </div>
      ))}
      <Menu.Label>custom.… names a contact’s own field</Menu.Label>
    </Menu.Dropdown>
  </Menu>
);
