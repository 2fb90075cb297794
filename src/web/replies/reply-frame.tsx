import { MailFrame } from '../shell/mail-frame.tsx';

/** What a stranger wrote, as they wrote it. */
export const ReplyFrame = ({ id, title }: { id: string; title: string }) => (
  <MailFrame src={`/app/api/replies/${id}/html`} title={title} />
);
