import { toHtml } from './message.ts';

interface EmailParts {
  content: { subject: string; body: string };
  /** The first subject of the thread it answers in; null starts one. */
  thread: { subject: string | null };
  signature: { name: string; jobTitle: string | null };
  footer: { legalName: string; postalAddress: string; unsubscribeUrl: string; language: string | null };
}

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
  const signed = [signature.name, signature.jobTitle].filter(Boolean).join('\n');
  const below = `${footer.legalName}, ${footer.postalAddress.replace(/\s*\n\s*/g, ', ')}\n${line} ${footer.unsubscribeUrl}`;
  const text = `${content.body.trim()}\n\n${signed}\n\n-- \n${below}\n`;
  const html = `${toHtml(content.body.trim())}\n${toHtml(signed)}\n<div style="color:#666;font-size:12px">${toHtml(below)}</div>`;
  return { subject: subjectOf(content.subject, thread.subject), text, html };
}

function subjectOf(own: string, first: string | null): string {
  if (first === null) return own;
  return /^re:/i.test(first) ? first : `Re: ${first}`;
}
