import {
  type Announcements,
  closestCenter,
  DndContext,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconGripVertical } from '@tabler/icons-react';
import { useRef } from 'react';
import type { EditedStep } from '../../api/shapes/templates.ts';
import { announce } from '../shell/announce.tsx';
import { counted } from '../shell/counted.ts';
import { useEditing } from './editing.tsx';
import { StepIcon } from './step-icon.tsx';
import { kindNames } from './steps.ts';

interface StepListProps {
  /** From 1; null: something else is open. */
  open: number | null;
  onOpen: (number: number) => void;
  /** Places from 0. */
  onMove: (from: number, to: number) => void;
}

const HOW = { draggable: 'Press Space to pick the step up, arrows to move it, Space to drop it, Esc to cancel.' };
const KEYS = { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] };

/** The steps in their order: kind, day, problems. Dragged by their handles, with a pointer or by keyboard. */
export function StepList({ open, onOpen, onMove }: StepListProps) {
  const { file } = useEditing();
  const ids = file.steps.map(({ id }) => id);
  const announcements = useAnnouncements(ids);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates, keyboardCodes: KEYS }),
  );
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      accessibility={{ announcements, screenReaderInstructions: HOW }}
      onDragEnd={({ active, over }) => {
        const [from, to] = [ids.indexOf(String(active.id)), over ? ids.indexOf(String(over.id)) : -1];
        if (from !== -1 && to !== -1 && from !== to) onMove(from, to);
      }}
    >
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ol className="step-list" aria-label="Steps">
          {file.steps.map((step, index) => (
            <StepRow key={step.id} step={step} number={index + 1} isOpen={open === index + 1} onOpen={onOpen} />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

/** Said in the page's own live region, each place once; dnd-kit's stays silent. */
function useAnnouncements(ids: readonly string[]): Announcements {
  const place = useRef(0);
  const numberOf = (id: string | number) => ids.indexOf(String(id)) + 1;
  const say = (text: string) => {
    announce(text);
    return undefined;
  };
  const stands = (id: string | number, now: number) => say(`Step ${numberOf(id)} is now ${now} of ${ids.length}`);
  return {
    onDragStart({ active }) {
      place.current = numberOf(active.id);
      return say(`Picked up step ${place.current} of ${ids.length}`);
    },
    onDragOver({ active, over }) {
      const now = over ? numberOf(over.id) : place.current;
      if (now === place.current) return undefined; // as it is picked up, it is over itself
      place.current = now;
      return stands(active.id, now);
    },
    onDragEnd: ({ active }) => stands(active.id, place.current),
    onDragCancel: ({ active }) => say(`Step ${numberOf(active.id)} stays ${numberOf(active.id)} of ${ids.length}`),
  };
}

interface StepRowProps {
  step: EditedStep;
  number: number;
  isOpen: boolean;
  onOpen: (number: number) => void;
}

function StepRow({ step, number, isOpen, onOpen }: StepRowProps) {
  const { isReadOnly, preview, problems } = useEditing();
  const sortable = useSortable({ id: step.id, disabled: isReadOnly });
  const { transform, transition, isDragging } = sortable;
  const planned = preview?.steps.find(({ id }) => id === step.id)?.planned;
  const wrong = problems.filter(({ path }) => path.startsWith(`steps.${number - 1}.`)).length;
  const name = step.name || kindNames[step.kind];
  return (
    <li
      ref={sortable.setNodeRef}
      className="step-row"
      data-open={isOpen}
      data-dragging={isDragging}
      style={{
        transform: transform ? `translate3d(0, ${Math.round(transform.y)}px, 0)` : undefined,
        transition,
      }}
    >
      {!isReadOnly && (
        <button
          type="button"
          ref={sortable.setActivatorNodeRef}
          {...sortable.attributes}
          {...sortable.listeners}
          className="step-handle"
          aria-label={`Move step ${number}, ${name}`}
        >
          <IconGripVertical size={15} aria-hidden />
        </button>
      )}
      <UnstyledButton className="step-open" aria-current={isOpen ? 'step' : undefined} onClick={() => onOpen(number)}>
        <span className="step-name">
          <span className="step-number">{number}</span>
          <StepIcon kind={step.kind} size={15} />
          <span className="step-title">{name}</span>
          {name !== kindNames[step.kind] && <span className="visually-hidden">, {kindNames[step.kind]}</span>}
          {wrong > 0 && <Wrong count={wrong} />}
        </span>
        <Text span size="xs" c="dimmed" className="step-day">
          {planned?.text ?? ' '}
        </Text>
      </UnstyledButton>
    </li>
  );
}

const Wrong = ({ count }: { count: number }) => (
  <span className="step-wrong">
    <IconAlertTriangle size={13} aria-hidden />
    {counted(count, 'problem')}
  </span>
);
