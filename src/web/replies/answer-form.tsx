import { Badge, Kbd, Radio, Text, TextInput } from '@mantine/core';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import type { ReplyTaskShown } from '../../api/shapes/reply-tasks.ts';
import type { TaskShown } from '../../api/shapes/tasks.ts';
import { isTerminal } from '../../domain/sequence.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { announce } from '../shell/announce.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { useLacking } from '../shell/viewer.ts';
import { asksToDismiss, useDismiss } from '../tasks/actions.ts';
import { type Choice, choices, choiceWords, consequenceOf } from './choices.ts';

interface AnswerFormProps {
  reply: ReplyTaskShown;
  onDone: () => void;
}

/** What the reply means: 1 to 8 choose, and what that does is said before Enter does it. */
export function AnswerForm({ reply: { task, suggestion, returns_on }, onDone }: AnswerFormProps) {
  const [choice, setChoice] = useState<Choice | null>(null);
  const [back, setBack] = useState(returns_on ?? '');
  const form = useRef<HTMLFormElement>(null);
  const answer = useAnswer(onDone);
  const dismiss = useDismiss(onDone);
  const isLacking = useLacking('tasks:write') !== null;
  const stands = standOf(task);
  const choose = (next: Choice) => {
    setChoice(next);
    announce(`${choiceWords[next].name}. ${consequenceOf(next, stands)}`);
  };
  useChoiceKeys(form, choose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (choice !== null && !isLacking)
      void answer.run({ task, outcome: choice, returnsOn: choice === 'out_of_office' && back !== '' ? back : null });
  };
  return (
    <form ref={form} onSubmit={submit} className="reply-answer">
      <Choices choice={choice} suggestion={suggestion} onChoose={choose} />
      {choice === 'out_of_office' && (
        <TextInput
          type="date"
          label="Back on"
          description="Empty: in two weeks."
          value={back}
          onChange={(event) => setBack(event.currentTarget.value)}
          error={fieldProblem(answer.problem, 'returns_on')}
          maw={240}
        />
      )}
      <ProblemNote problem={answer.problem} shownElsewhere={['returns_on']} />
      <div className="reply-foot">
        <Text size="sm" mb={8} {...(choice === null ? { c: 'dimmed' } : { fw: 550 })}>
          {choice === null ? 'Choose with 1 to 8; Enter confirms.' : consequenceOf(choice, stands)}
        </Text>
        <div className="reply-buttons">
          <ActionButton
            type="submit"
            scope="tasks:write"
            why={choice === null && 'Choose what it means first'}
            isBusy={answer.isBusy}
          >
            {choice === null ? 'Confirm' : `Confirm: ${choiceWords[choice].name}`}
          </ActionButton>
          {stands !== 'open' && (
            <ActionButton
              variant="default"
              scope="tasks:write"
              isBusy={dismiss.isBusy}
              onClick={() => void dismissed(task, dismiss.run)}
            >
              Dismiss
            </ActionButton>
          )}
        </div>
      </div>
    </form>
  );
}

interface ChoicesProps {
  choice: Choice | null;
  suggestion: Choice | null;
  onChoose: (choice: Choice) => void;
}

const Choices = ({ choice, suggestion, onChoose }: ChoicesProps) => (
  <Radio.Group
    label="What does it mean?"
    value={choice ?? ''}
    onChange={(value) => {
      const next = choices.find((each) => each === value);
      if (next) onChoose(next);
    }}
  >
    <div className="reply-choices">
      {choices.map((each, at) => (
        <div key={each} className="reply-choice">
          <Radio value={each} label={choiceWords[each].name} size="sm" />
          {suggestion === each && (
            <Badge size="xs" variant="default" tt="none" radius="sm" title="By the words they wrote">
              Suggested
            </Badge>
          )}
          <Kbd size="xs" aria-hidden className="reply-key">
            {at + 1}
          </Kbd>
        </div>
      ))}
    </div>
  </Radio.Group>
);

/** The key of a choice takes the focus to it, so that Enter confirms the form and nothing else on the page. */
const useChoiceKeys = (form: RefObject<HTMLFormElement | null>, choose: (choice: Choice) => void): void =>
  useShortcuts(
    choices.map((each, at) => ({
      key: String(at + 1),
      does: choiceWords[each].name,
      run: () => {
        choose(each);
        form.current?.querySelector<HTMLElement>(`input[value="${each}"]`)?.focus();
      },
    })),
  );

async function dismissed(task: TaskShown, run: (task: TaskShown) => Promise<unknown>): Promise<void> {
  if (await asksToDismiss(task)) await run(task);
}

const standOf = ({ sequence: { status } }: TaskShown) =>
  !isTerminal(status) ? 'open' : status === 'COMPLETED' ? 'completed' : 'ended';

interface Answer {
  task: TaskShown;
  outcome: Choice;
  returnsOn: string | null;
}

const useAnswer = (onDone: () => void) =>
  useAction({
    act: ({ task, outcome, returnsOn }: Answer) =>
      post<TaskShown>(`/v1/tasks/${task.id}/complete`, { outcome, returns_on: returnsOn }),
    done: (_, { outcome, task }) =>
      standOf(task) === 'open' ? choiceWords[outcome].done : `${choiceWords[outcome].name}: noted.`,
    touches: ['replies', 'tasks', 'counts', 'sequences', 'campaigns', 'contacts', 'suppressions'],
    showsProblem: true,
    after: onDone,
  });
