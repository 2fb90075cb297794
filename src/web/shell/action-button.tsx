import { ActionIcon, type ActionIconProps, Button, type ButtonProps, Tooltip } from '@mantine/core';
import { type MouseEventHandler, type ReactNode, type Ref, useId } from 'react';
import type { Scope } from '../../domain/scope.ts';
import { useLacking } from './viewer.ts';

interface Gate {
  /** What the viewer's token must permit. */
  scope?: Scope;
  /** Why it cannot be done now: "Template is not active". null, false, '' or absent: it can. */
  why?: string | null | false | undefined;
  isBusy?: boolean;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  ref?: Ref<HTMLButtonElement>;
  type?: 'button' | 'submit';
}

type ActionButtonProps = Gate & Omit<ButtonProps, 'disabled' | 'loading'> & { children: ReactNode };

/** A button that, disabled, keeps the focus and says why. */
export function ActionButton({ scope, why, isBusy = false, onClick, type = 'button', ...rest }: ActionButtonProps) {
  const { reason, id, gate } = useGate(scope, why, onClick);
  return (
    <Reasoned reason={reason} id={id}>
      <Button {...rest} {...gate} type={reason === null ? type : 'button'} loading={isBusy} />
    </Reasoned>
  );
}

type IconActionProps = Gate & Omit<ActionIconProps, 'disabled' | 'loading'> & { label: string; children: ReactNode };

/** An icon that is a button; its label names what it acts on: "Archive “Spring”". */
export function IconAction({ scope, why, isBusy = false, onClick, label, ...rest }: IconActionProps) {
  const { reason, id, gate } = useGate(scope, why, onClick);
  return (
    <Reasoned reason={reason} id={id} otherwise={label}>
      <ActionIcon variant="subtle" color="gray" {...rest} {...gate} aria-label={label} loading={isBusy} />
    </Reasoned>
  );
}

function useGate(scope: Gate['scope'], why: Gate['why'], onClick: Gate['onClick']) {
  const lacking = useLacking(scope);
  const id = useId();
  const reason = lacking ?? (why || null);
  const gate = reason === null ? { onClick } : { 'aria-disabled': true, 'data-disabled': true, 'aria-describedby': id };
  return { reason, id, gate };
}

interface ReasonedProps {
  reason: string | null;
  id: string;
  otherwise?: string;
  children: ReactNode;
}

function Reasoned({ reason, id, otherwise, children }: ReasonedProps) {
  const text = reason ?? otherwise;
  return (
    <>
      <Tooltip label={text} disabled={text === undefined}>
        {children}
      </Tooltip>
      {reason !== null && (
        <span id={id} className="visually-hidden">
          {reason}
        </span>
      )}
    </>
  );
}
