import { anyOf } from '../copy/folded-text.ts';

/** What mail programs write above the message they quote, in the languages they speak. For folded text; data only. */

/** "Ada wrote": what remains recognisable of an introduction whatever stands around it. */
export const WROTE = new RegExp(
  `${anyOf([
    'wrote|writes',
    'schrieb|schrieben|schreibt|geschrieben',
    'a écrit|nous a dit',
    'escribió|escribi[uó]|va escriure|ha escrit|missatge de|idatzi du|igorleak hau idatzi du',
    'ha scritto|scrive|scritto',
    'schreef|geschreven|het geskryf',
    'escreveu',
    'skrev|skrifaði',
    'kirjoitti|kirjutas',
    'napisał(?:\\(a\\)|a)?|pisze',
    'napsal(?:\\(a\\)|a)?|napísal(?:\\(a\\)|a)?|napisao|napisala|napisao/la|napisal(?:\\(a\\))?|piše',
    'ezt írta|írta|írtam',
    'a scris',
    'rašė|rakstīja',
    'yazdı|yazmış',
    'έγραψε',
    'написала?|напиша|написа|пишет|пише|напис(?:ав|ала)',
    'đã viết|menulis',
    'כתב|כתבה|מאת',
    'كتب|تمت كتابة ما يلي بواسطة|نوشت',
    'ने लिखा|เขียนว่า|เขียน',
  ])}|のメール|さんは書きました|書きました|写道|寫道|写入|작성|쓴 글`,
  'u',
);

/** The word an introduction opens with before its date, beside the names of the weekdays. */
export const LEAD =
  /^(?:on|at|in message|am|le|el|il(?: giorno)?|in data|em|op|den|på|dnia|w dniu|dne|dňa|pe|în|vào|pada|на|στις|în data|v|u|в|у|בתאריך|في|ในวันที่|在|於|于)(?!\p{L})/u;

/** Between dashes, on a line of its own: what stands below is another message. */
export const ORIGINAL =
  /^(?:original (?:message|appointment|mail|e-?mail)|(?:forwarded|reply|replied) message|begin (?:forwarded|reply) message|ursprüngliche nachricht|ursprünglicher termin|weitergeleitete nachricht|original(?:nachricht|-nachricht)|message (?:d'origine|original|transféré)|courriel original|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)|oorspronkelijk(?:e)? bericht|doorgestuurd bericht|mensagem (?:original|encaminhada|reencaminhada)|missatge original|(?:ursprungligt|vidarebefordrat) (?:meddelande|mejl)|(?:oprindelig|videresendt) (?:meddelelse|besked)|(?:opprinnelig|videresendt) melding|alkuperäinen viesti|(?:välitetty|edelleenlähetetty) viesti|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana dalej|původní zpráva|přeposlaná zpráva|pôvodná správa|eredeti üzenet|továbbított üzenet|mesaj(?:ul)? (?:original|inițial)|izvorna poruka|izvirno sporočilo|algkiri|algne kiri|originalus laiškas|sākotnējā ziņa|özgün ileti|orijinal (?:mesaj|ileti)|iletilen mesaj|исходное сообщение|пересылаемое сообщение|(?:вихідне|оригінальне|початкове) повідомлення|оригинално (?:писмо|съобщение)|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|پیام اصلی|thư gốc|tin nhắn gốc|pesan asli|ข้อความต้นฉบับ|元のメッセージ|転送メッセージ|original|原始(?:邮件|郵件|信件)|回复的原邮件|转发的?邮件|轉寄的郵件|원본 메시지)$/u;

/** Apple's line above a message passed on. */
export const FORWARDED =
  /^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht|início da mensagem (?:reencaminhada|encaminhada)|vidarebefordrat brev|start på videresendt besked|początek przekazywanej wiadomości|начало переадресованного сообщения|転送されたメッセージ|下面是被转发的邮件) ?:$/u;

/** `sent` is said of mail alone; a `date` stands above other things too. */
export type FieldKind = 'from' | 'sent' | 'date' | 'to' | 'subject';

/** What the lines of the block above a quoted message are called (the part before the colon). */
const LABELS: Record<FieldKind, string> = {
  from: 'from|von|de|da|van|från|fra|frá|lähettäjä|saatja|od|odesílatel|odosielateľ|kimden|gönderen|от|від|від кого|от кого|από|feladó|de la|expeditor|expéditeur|remitente|mittente|afzender|remetente|avsändare|afsender|avsender|nadawca|nuo|từ|dari|จาก|מאת|من|از|差出人|送信者|发件人|寄件者|寄件人|发送人|보낸 사람|보낸사람',
  sent: 'sent|sent on|sent at|gesendet|gesendet am|envoyé|envoyé le|message du|enviado|enviado el|enviado em|enviada|enviada em|enviat|inviato|inviato il|verzonden|verzonden op|skickat|skickat den|sendt|sendt den|lähetetty|saadetud|wysłano|wysłane|odesláno|odoslané|elküldve|küldve|trimis|data trimiterii|poslano|poslato|gönderilen|gönderildi|gönderme tarihi|отправлено|надіслано|изпратено|εστάλη|στάλθηκε|išsiųsta|nosūtīts|đã gửi|dikirim|terkirim|ส่ง|ส่งเมื่อ|נשלח|تاريخ الإرسال|تم الإرسال|送信日時|发送时间|发送日期|寄件日期|传送时间|傳送時間|보낸 날짜',
  date: 'date|datum|fecha|data|data de envio|dato|päivämäärä|päiväys|kuupäev|dátum|tarih|дата|ημερομηνία|ngày|tanggal|วันที่|תאריך|التاريخ|日時|日付|日期|时间|날짜',
  to: 'to|an|à|a|para|per a|destinataire|aan|til|till|vastaanottaja|saaja|kellele|do|komu|címzett|către|catre|za|prima|kime|alıcı|кому|до|προς|kam|đến|tới|kepada|ถึง|אל|إلى|به|宛先|收件人|收件者|받는 사람|받는사람',
  subject:
    'subject|betreff|objet|sujet|asunto|oggetto|onderwerp|assunto|assumpte|ämne|emne|efni|aihe|teema|temat|předmět|predmet|zadeva|tárgy|subiect|konu|тема|относно|θέμα|tema|temats|chủ đề|tiêu đề|subjek|perihal|เรื่อง|หัวเรื่อง|נושא|الموضوع|موضوع|件名|主题|主旨|主題|제목',
};
export const FIELD_KINDS: ReadonlyMap<string, FieldKind> = new Map(
  (['from', 'sent', 'date', 'to', 'subject'] as const).flatMap((kind) =>
    LABELS[kind].split('|').map((label): [string, FieldKind] => [label, kind]),
  ),
);
