import { Button, Checkbox, Group, Modal, type ModalProps, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';

export interface Question {
  /** "Pause this campaign?" */
  title: string;
  /** Count and consequence. */
  body: ReactNode;
  /** What the button does: "Pause", never "OK". */
  verb: string;
  isDangerous?: boolean;
  /** Must be ticked first: "Stop 42 open sequences". */
  tick?: string;
}

interface Asked extends Question {
  answer: (yes: boolean) => void;
}

let asked: Asked | null = null;
const hearers = new Set<() => void>();

function set(next: Asked | null): void {
  asked = next;
  for (const hear of hearers) hear();
}

function hear(onChange: () => void): () => void {
  hearers.add(onChange);
  return () => hearers.delete(onChange);
}

/** Asks before what cannot be undone; true when the viewer chose the verb. */
export const confirm = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    asked?.answer(false);
    set({ ...question, answer: resolve });
  });

/** Whether a question lies over everything else. */
export const useIsAsked = (): boolean => useSyncExternalStore(hear, () => asked !== null);

/** Once, in the frame. */
export function ConfirmHost() {
  const question = useSyncExternalStore(hear, () => asked);
  const [last, setLast] = useState<Asked | null>(null);
  useEffect(() => {
    if (question) setLast(question);
  }, [question]);
  const answer = (yes: boolean) => {
    question?.answer(yes);
    // Esc is heard below too, after us: only once it was is the question gone.
    setTimeout(() => asked === question && set(null));
  };
  const shown = question ?? last; // while it fades
  return (
    <Dialog opened={question !== null} onClose={() => answer(false)} title={shown?.title ?? ''}>
      {shown && <QuestionBody key={shown.title} question={shown} onAnswer={answer} />}
    </Dialog>
  );
}

function QuestionBody({ question, onAnswer }: { question: Question; onAnswer: (yes: boolean) => void }) {
  const { body, verb, isDangerous = false, tick } = question;
  const [isTicked, setTicked] = useState(false);
  const isReady = tick === undefined || isTicked;
  return (
    <Stack>
      <Text size="sm" component="div">
        {body}
      </Text>
      {tick !== undefined && (
        <Checkbox label={tick} checked={isTicked} onChange={(event) => setTicked(event.currentTarget.checked)} />
      )}
      <Group justify="flex-end" gap="xs" className="dialog-buttons">
        <Button variant="default" data-autofocus onClick={() => onAnswer(false)}>
          Cancel
        </Button>
        <Button
          {...(isDangerous ? { color: 'red' } : {})}
          {...(isReady ? {} : { 'aria-disabled': true, 'data-disabled': true })}
          onClick={() => isReady && onAnswer(true)}
        >
          {verb}
        </Button>
      </Group>
    </Stack>
  );
}

/** Drawers lie at 200, what drops down from a field at 300. */
const ABOVE_DRAWERS = 250;

/** A dialog of one's own, for a short form. Esc and a click beside it close it; the focus goes back where it was. */
export const Dialog = ({
  children,
  ...props
}: Pick<ModalProps, 'opened' | 'onClose' | 'title' | 'size' | 'children'>) => (
  <Modal {...props} zIndex={ABOVE_DRAWERS} closeButtonProps={{ 'aria-label': 'Close' }}>
    {children}
  </Modal>
);
