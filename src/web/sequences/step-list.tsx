import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { StepCard } from './step-card.tsx';

/** Past and future, in order; the one to come lies open. */
export const StepList = ({ sequence }: { sequence: SequenceDetailShown }) => (
  <ol className="sequence-steps" aria-label="Steps">
    {sequence.steps.map((step) => (
      <StepCard key={step.id} sequence={sequence} step={step} isNext={step.id === sequence.next?.step_id} />
    ))}
  </ol>
);
