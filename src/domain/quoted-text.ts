/**
 * The written part of an answer: without lines that begin with ">", what an "On … wrote:" introduces, and everything below
 * an "Original Message" line or a block of From, Sent and Subject. Linear in the length of the text; the whole text is
 * kept elsewhere. An answer below the quoted lines stays.
 */
export function withoutQuoted(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  const kept: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = (lines[at] ?? '').trim();
    if (isSeparator(line) || isHeaderBlock(lines, at)) break;
    const introduction = introductionAt(lines, at);
    if (introduction > 0) {
      if (!isQuoted(nextWritten(lines, at + introduction))) break;
      at += introduction;
    } else {
      if (!isQuoted(line)) kept.push(lines[at] ?? '');
      at += 1;
    }
  }
  return kept
    .join('\n')
    .replace(/_{10,}\s*$/, '')
    .trim();
}

/** Without the signature and what a phone adds; for the rules only, a person may want to see who signed. */
export function withoutSignature(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /^--\s?$/.test(line) || PHONE.test(line.trim().toLowerCase()));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n').trim();
}

const PHONE =
  /^(?:sent from|get outlook|envoyé d|gesendet v|von meinem|enviado d|inviato d|verstuurd va|verzonden va|skickat från|sendt fra|lähetetty|wysłan|odeslán|iphone'?(?:um)?dan|i?phoneから|发自|sent via)/;

const isQuoted = (line: string) => /^[>|]/.test(line.trimStart());

const nextWritten = (lines: readonly string[], from: number) =>
  lines.slice(from, from + 3).find((line) => line.trim() !== '') ?? '';

const ORIGINAL =
  /^-{2,} ?(?:original message|original appointment|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|originalnachricht|message d'origine|message original|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|özgün ileti|orijinal mesaj|исходное сообщение|元のメッセージ|original|原始邮件|原始郵件|转发的邮件) ?-{2,}$/;

const isSeparator = (line: string) =>
  line.startsWith('--') &&
  line.length < 80 &&
  ORIGINAL.test(
    line
      .toLowerCase()
      .replace(/\u2019/g, "'")
      .replace(/\s+/g, ' '),
  );

const FROM =
  /^\*?(?:from|von|de|da|van|från|fra|lähettäjä|od|kimden|gönderen|от|差出人|发件人|寄件者|보낸 사람) ?\*?[:：]/;
const SENT =
  /^\*?(?:sent|date|gesendet|datum|envoyé|enviado|enviada|fecha|data|inviato|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|wysłano|odesláno|gönderilen|gönderildi|tarih|отправлено|дата|送信日時|日時|发送时间|寄件日期|日期|보낸 날짜) ?(?:el|le)? ?\*?[:：]/;
const SUBJECT =
  /^\*?(?:subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne|aihe|temat|předmět|konu|тема|件名|主题|主旨|제목) ?\*?[:：]/;

/** The block Outlook puts above the message it answers: a sender, then within six lines a date and a subject. */
function isHeaderBlock(lines: readonly string[], at: number): boolean {
  if (!FROM.test((lines[at] ?? '').slice(0, 40).trim().toLowerCase())) return false;
  const next = lines.slice(at + 1, at + 7).map((line) => line.slice(0, 40).trim().toLowerCase());
  return next.some((line) => SENT.test(line)) && next.some((line) => SUBJECT.test(line));
}

const WROTE =
  /(?<!\p{L})(?:wrote|writes|schrieb|geschrieben|a écrit|escribió|ha scritto|scritto|schreef|escreveu|skrev|kirjoitti|napisał\(?a?\)?|pisze|napsala?|yazdı|yazmış|написала?|пишет|写道|寫道|書きました|작성)(?!\p{L})|のメール|写道|寫道/u;
const MOMENT = /@|\d{4}|\d{1,2}[:.h]\d{2}/;
const LONGEST_INTRODUCTION = 300;

/** How many lines the "On …, Ada wrote:" that begins at a line takes (mail programs break it), 0 for none. */
function introductionAt(lines: readonly string[], at: number): number {
  let joined = '';
  for (let count = 1; count <= 3; count++) {
    const line = lines[at + count - 1]?.trim() ?? '';
    if (line === '') return 0;
    joined = `${joined} ${line}`.trimStart();
    if (joined.length > LONGEST_INTRODUCTION) return 0;
    if (/[:：]$/.test(joined)) return MOMENT.test(joined) && WROTE.test(joined.toLowerCase()) ? count : 0;
  }
  return 0;
}
