import { toHtml } from './message.ts';

/** An earlier email of the thread, shown below a later one. */
export interface Quoted {
  author: string;
  /** ISO, in the template's zone. */
  date: string;
  text: string;
}

interface EmailParts {
  content: { subject: string; body: string };
  /** The first subject of the thread it answers in; null starts one. */
  thread: { subject: string | null; quoted: Quoted | null };
  /** Plain text. */
  signature: string;
  footer: { legalName: string; postalAddress: string; unsubscribeUrl: string; language: string | null };
}

export interface Sender {
  name: string;
  jobTitle: string | null;
}

/** Who the mail is from: the account's person, else the template's. Design 5. */
export const senderOf = (
  { sender }: { sender: Sender },
  account: { senderName: string | null; senderJobTitle: string | null } | null,
): Sender => (account?.senderName ? { name: account.senderName, jobTitle: account.senderJobTitle } : sender);

export const signatureOf = ({ name, jobTitle }: Sender): string => [name, jobTitle].filter(Boolean).join('\n');

/** The visible unsubscribe line, in the template's language; English where we have none. */
const unsubscribeLines: Record<string, string> = {
  en: 'If you would rather not hear from us, unsubscribe here:',
  fr: 'Si vous ne souhaitez plus recevoir nos messages, désinscrivez-vous ici :',
  de: 'Wenn Sie keine Nachrichten mehr erhalten möchten, melden Sie sich hier ab:',
  es: 'Si prefiere no recibir más mensajes, puede darse de baja aquí:',
  it: 'Se preferisce non ricevere altri messaggi, può disiscriversi qui:',
  nl: 'Wilt u geen berichten meer ontvangen, meld u dan hier af:',
  pt: 'Se preferir não receber mais mensagens, cancele a subscrição aqui:',
};

/** Subject and both parts of one email: body, signature, the sender's legal name and address, the way out. Design 1, 5. */
export function composeEmail({ content, thread, signature, footer }: EmailParts): {
  subject: string;
  text: string;
  html: string;
} {
  const line = unsubscribeLines[(footer.language ?? 'en').split('-')[0]?.toLowerCase() ?? 'en'] ?? unsubscribeLines.en;
  const below = `${footer.legalName}, ${footer.postalAddress.replace(/\s*\n\s*/g, ', ')}\n${line} ${footer.unsubscribeUrl}`;
  const quoted = thread.quoted ? quotation(thread.quoted) : { text: '', html: '' };
  const text = `${content.body.trim()}\n\n${signature}\n\n-- \n${below}\n${quoted.text}`;
  const html = `${toHtml(content.body.trim())}\n${toHtml(signature)}\n<div style="color:#666;font-size:12px">${toHtml(below)}</div>${quoted.html}`;
  return { subject: subjectOf(content.subject, thread.subject), text, html };
}

/** Name and date without a sentence around them read the same in every language. */
function quotation({ author, date, text }: Quoted): { text: string; html: string } {
  const lines = text.trim().split(/\r\n|\r|\n/);
  return {
    text: `\n${author}, ${date}:\n${lines.map((line) => `> ${line}`.trimEnd()).join('\n')}\n`,
    html: `\n${toHtml(`${author}, ${date}:`)}\n<blockquote style="margin:0 0 0 8px;border-left:2px solid #ccc;padding-left:8px">${toHtml(text.trim())}</blockquote>`,
  };
}

function subjectOf(own: string, first: string | null): string {
  if (first === null) return own;
  return /^re:/i.test(first) ? first : `Re: ${first}`;
}
