import { Text } from '@mantine/core';
import { type KeyboardEvent, type RefObject, useId, useState } from 'react';
import { type Choice, matching, typedVariable } from './message-marks.ts';

interface Suggesting {
  from: number;
  typed: string;
  chosen: number;
  left: number;
  top: number;
}

const MOST_SHOWN = 8;

/** The variables that fit what is being typed after `{{`, where it is typed. */
export function useSuggestions(
  field: RefObject<HTMLTextAreaElement | null>,
  back: RefObject<HTMLDivElement | null>,
  choices: readonly Choice[],
) {
  const id = useId();
  const [open, setOpen] = useState<Suggesting | null>(null);
  const found = open ? matching(choices, open.typed).slice(0, MOST_SHOWN) : [];
  const close = () => setOpen(null);
  const look = () => {
    const { current } = field;
    const typing = current && typedVariable(current.value, current.selectionStart);
    // Placed once the marks behind have followed what was typed.
    requestAnimationFrame(() =>
      setOpen(typing && back.current ? { ...typing, chosen: 0, ...placeIn(back.current, typing.from) } : null),
    );
  };
  const take = (choice: Choice | undefined) => {
    if (choice && open) insertVariable(field, choice.name, open.from);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || found.length === 0) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) setOpen({ ...open, chosen: (open.chosen + by + found.length) % found.length });
    else if (event.key === 'Enter' || event.key === 'Tab') take(found[open.chosen]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isOpen = open !== null && found.length > 0;
  return {
    look,
    close,
    onKeyDown,
    attributes: isOpen ? { 'aria-controls': id, 'aria-activedescendant': `${id}-${open.chosen}` } : {},
    list: isOpen && <SuggestionList id={id} choices={found} open={open} onTake={take} />,
  };
}

interface SuggestionListProps {
  id: string;
  choices: readonly Choice[];
  open: Suggesting;
  onTake: (choice: Choice) => void;
}

const SuggestionList = ({ id, choices, open: { chosen, left, top }, onTake }: SuggestionListProps) => (
  <div id={id} role="listbox" aria-label="Variables" className="suggestions" style={{ left, top }}>
    {choices.map((choice, index) => (
      <div
        key={choice.name}
        id={`${id}-${index}`}
        role="option"
        tabIndex={-1}
        aria-selected={index === chosen}
        className="suggestion"
        onMouseDown={(event) => {
          event.preventDefault(); // the text keeps the focus
          onTake(choice);
        }}
      >
        {choice.name}
        <Text span size="xs" c="dimmed">
          {choice.group}
        </Text>
      </div>
    ))}
  </div>
);

/** At the caret, over what was being typed of it; as typing does, so that Ctrl+Z takes it back. */
export function insertVariable(field: RefObject<HTMLTextAreaElement | null>, name: string, from?: number): void {
  const { current } = field;
  if (!current) return;
  const { selectionStart, selectionEnd, value } = current;
  const closed = value.startsWith('}}', selectionEnd) && from !== undefined ? selectionEnd + 2 : selectionEnd;
  current.focus();
  current.setSelectionRange(from ?? selectionStart, closed);
  document.execCommand('insertText', false, `{{${name}}}`);
}

/** Where a character of the marked text stands, below its line, within the field. */
function placeIn(back: HTMLDivElement, index: number): { left: number; top: number } {
  const walker = document.createTreeWalker(back, NodeFilter.SHOW_TEXT);
  let before = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (index < before + length) {
      const range = document.createRange();
      range.setStart(node, index - before);
      range.setEnd(node, index - before + 1);
      const [at, frame] = [range.getBoundingClientRect(), back.getBoundingClientRect()];
      return { left: Math.min(at.left - frame.left, frame.width - 220), top: at.bottom - frame.top + 4 };
    }
    before += length;
  }
  return { left: 0, top: back.clientHeight };
}
