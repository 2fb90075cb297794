import { IconBrandLinkedin, IconChecklist, IconMail, IconUserPlus } from '@tabler/icons-react';
import type { StepKind } from '../../domain/sequence.ts';

const icons = {
  email: IconMail,
  linkedin_message: IconBrandLinkedin,
  linkedin_invitation: IconUserPlus,
  manual_task: IconChecklist,
} as const satisfies Record<StepKind, typeof IconMail>;

/** Beside words that name the kind. */
export function StepIcon({ kind, size = 16 }: { kind: StepKind; size?: number }) {
  const Icon = icons[kind];
  return <Icon size={size} aria-hidden className="step-icon" />;
}
