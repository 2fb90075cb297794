/**
 * The message that our List-Unsubscribe header asks mail programs to send: "unsubscribe", and the token of the link beside
 * it. Programs send it in their owner's name, so the marks of machines' answers tell nothing about it.
 */
const SUBJECT = /^unsubscribe(?: ([\w.-]{20,200}))?$/i;

export const isUnsubscribeMail = (subject: string): boolean => SUBJECT.test(subject.trim());

export const unsubscribeToken = (subject: string): string | null => SUBJECT.exec(subject.trim())?.[1] ?? null;
