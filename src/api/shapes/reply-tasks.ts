import { z } from 'zod';
import type { ReplyTask } from '../../db/reply-tasks.ts';
import { channels } from '../../domain/accounts/account.ts';
import { leaningOf, readReturnDate } from '../../domain/inbound/reply-rules.ts';
import { plausibleReturn, type ReplyIntent } from '../../domain/reply.ts';
import { localDate } from '../../domain/schedule.ts';
import { stepKinds } from '../../domain/sequence.ts';
import { taskOutcomes } from '../../domain/task.ts';
import { printedInstant, printInstant } from './primitives.ts';
import { replyShape, showReply } from './replies.ts';
import { contentShape, showContent } from './step-content.ts';
import { showTask, taskShape } from './tasks.ts';

const wroteShape = z.object({
  number: z.int(),
  name: z.string(),
  kind: z.enum(stepKinds),
  /** As it went out; a follow-up has its thread's. */
  subject: z.string().nullable(),
  content: contentShape.nullable(),
  at: printedInstant,
  /** The one that the reply names. */
  is_answered: z.boolean(),
});
export type WroteShown = z.output<typeof wroteShape>;

export const replyTaskShape = z.object({
  task: taskShape,
  /** null: somebody told us of the reply, and all there is of it is in the task's instructions. */
  message: replyShape.extend({ channel: z.enum(channels) }).nullable(),
  /** What it leans to by its words; null: nothing is suggested. */
  suggestion: z.enum(taskOutcomes.read_reply).nullable(),
  /** A day they say they are back, which an answer "out of office" may take. */
  returns_on: z.iso.date().nullable(),
  /** What they had from us, the newest first. */
  wrote: z.array(wroteShape),
});
export type ReplyTaskShown = z.output<typeof replyTaskShape>;

export function showReplyTask({ view, message, wrote, now }: ReplyTask, zone: string): ReplyTaskShown {
  const text = message?.text ?? view.task.instructions;
  const today = localDate(now, zone);
  const returnsOn = plausibleReturn(readReturnDate(text, today), today);
  const leaning = leaningOf(message?.subject ?? '', text);
  return {
    task: showTask(view),
    message: message && {
      ...showReply({ ...message, hasHtml: (message.html ?? '') !== '' }),
      channel: message.messageId.startsWith('linkedin:') ? 'linkedin' : 'email',
    },
    suggestion: suggestible(leaning) ?? (returnsOn === null ? null : 'out_of_office'),
    returns_on: returnsOn,
    wrote: wrote.map(({ step, content, subject, at, isAnswered }) => ({
      number: step.position + 1,
      name: step.name,
      kind: step.kind,
      subject,
      content: content && showContent(content),
      at: printInstant(at),
      is_answered: isAnswered,
    })),
  };
}

const suggestible = (intent: ReplyIntent | null) => taskOutcomes.read_reply.find((choice) => choice === intent) ?? null;
