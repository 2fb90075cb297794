import { Button, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconEye } from '@tabler/icons-react';
import type { Problem } from '../client.ts';
import { AddStep } from './add-step.tsx';
import { AiVariables } from './ai-variables.tsx';
import { DetailsForm } from './details-form.tsx';
import { useEditing } from './editing.tsx';
import { type Section, sectionNames, sectionOf } from './places.ts';
import { type PreviewFor, PreviewPane } from './preview-pane.tsx';
import { ScheduleForm } from './schedule-form.tsx';
import { StepForm } from './step-form.tsx';
import { StepList } from './step-list.tsx';
import { moved } from './steps.ts';
import type { Where } from './where.ts';

interface WorkbenchProps {
  where: Where;
  shownFor: PreviewFor;
  onShowFor: (next: PreviewFor) => void;
  /** Why there is no preview. */
  refusal: Problem | null;
}

/** Left what there is, in the middle what is open, right how it reads. */
export function Workbench({ where, shownFor, onShowFor, refusal }: WorkbenchProps) {
  const { file, change } = useEditing();
  const number = Math.min(where.step, Math.max(1, file.steps.length));
  const move = (from: number, to: number) => {
    change((now) => ({ ...now, steps: moved(now.steps, from, to) }));
    const opened = file.steps[number - 1]?.id;
    const follows = moved(file.steps, from, to).findIndex(({ id }) => id === opened);
    if (where.section === 'steps' && follows !== -1) where.openStep(follows + 1);
  };
  return (
    <div className="workbench" data-preview={where.hasPreview}>
      <nav className="workbench-list" aria-label="Parts of the template">
        <StepList open={where.section === 'steps' ? number : null} onOpen={where.openStep} onMove={move} />
        <AddStep onAdded={where.openStep} />
        <div className="section-links">
          {(['details', 'variables', 'schedule'] as const).map((section) => (
            <SectionLink key={section} section={section} where={where} />
          ))}
        </div>
        {!where.hasPreview && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconEye size={15} aria-hidden />}
            onClick={() => where.showPreview(true)}
          >
            Show the preview
          </Button>
        )}
      </nav>
      <div className="workbench-open">
        {where.section === 'steps' && (
          <StepForm
            key={file.steps[number - 1]?.id ?? 'none'}
            number={number}
            onMove={move}
            onRemoved={() => where.openStep(Math.max(1, number - 1))}
          />
        )}
        {where.section === 'details' && <DetailsForm />}
        {where.section === 'variables' && <AiVariables contactId={shownFor.contactId} />}
        {where.section === 'schedule' && <ScheduleForm />}
      </div>
      {where.hasPreview && (
        <PreviewPane
          number={number}
          shownFor={shownFor}
          onShowFor={onShowFor}
          problem={refusal}
          onClose={() => where.showPreview(false)}
        />
      )}
    </div>
  );
}

function SectionLink({ section, where }: { section: Section; where: Where }) {
  const { problems } = useEditing();
  const isWrong = problems.some(({ path }) => path !== 'steps' && sectionOf(path).section === section);
  return (
    <UnstyledButton
      className="section-link"
      aria-current={where.section === section ? 'true' : undefined}
      onClick={() => where.openSection(section)}
    >
      {sectionNames[section]}
      {isWrong && <IconAlertTriangle size={14} aria-label="has problems" className="step-wrong" />}
    </UnstyledButton>
  );
}
