import { exactly } from '../copy/folded-text.ts';

/** What mail servers write about an address, a mailbox or a policy. Patterns for folded text; each is linear. */

/** Of a report's own prose only what says that the mailbox is full or that the server goes on trying. */
export const PROSE_MAY_PASS =
  /(?:mailbox|inbox|storage|quota)[^.\n]{0,40}(?:full|exceeded|over)|over quota|will (?:keep|continue|be retried|retry)|temporar(?:y|ily)|no action is required|postfach[^.\n]{0,30}voll/u;

export const BOUNCE_SUBJECT =
  /undeliver|delivery (?:status|has|failure|failed|delayed|incomplete|problem|report|to)|returned (?:to sender|mail)|mail(?: delivery)? (?:system|failed|failure|error|delayed)|message (?:delayed|you sent|could not)|failure notice|failed delivery|non-?delivery|could not be delivered|not delivered|rejected|warning: (?:message|could not)|unzustellbar|nicht (?:zugestellt|zustellbar)|zustellung|non remis|non distribu|échec|retard de|no (?:se puede entregar|se ha podido entregar|entregado)|devuelto|mancat[ao] (?:recapito|consegna)|impossibile recapitare|notifica sullo stato|onbestelbaar|niet bezorgd|não entregue|falha na entrega|devolvida|kunde inte levereras|olevererat|ikke leveres|uleverlig|kunne ikke|epäonnistui|toimittamatta|niedostarcz|nie dostarczono|zwrot|nedoruč|teslim edilem|配信不能|配信でき|未配達|不達|届きません|退信|无法投递|無法傳遞|未送达|не доставлен|недоставлен|반송/u;

export const BOUNCE_TEXT =
  /(?:could not|couldn't|cannot|can't|unable to|not able to|wasn't able to|not)(?: be)? (?:deliver|reach)|undeliverable|delivery (?:failed|has failed|to the following)|permanent (?:fatal )?error|failed permanently|message that you sent|has not (?:yet )?been delivered|konnte nicht zugestellt|n'a pas pu être (?:remis|distribu|livré)|no (?:se pudo|se ha podido|pudo ser) entrega|non è stato possibile (?:recapitare|consegnare)|配信できませんでした|无法投递/u;

/** A subject that only servers write: a person called postmaster writes others. */
export const REPORT_SUBJECT =
  /^(?:undeliver(?:able|ed)|delivery (?:status|failure|failed|has failed|incomplete)|mail delivery (?:failed|system)|returned mail|failure notice|non-?delivery|unzustellbar|non remis|no se puede entregar|non recapitabile|onbestelbaar|não entregue|ej levererat|olevererat|uleverlig|toimittamatta|niedostarcz|nedoruč|退信|配信不能|не доставлен)/u;

/**
 * The line above the returned message, without what decorates it. A sentence about the message ("The original message was
 * received at …", "Your message wasn't delivered …") is none.
 */
export const COPY_FOLLOWS = exactly([
  '(?:(?:here|this|below|below this line|enclosed|included|attached|the following) is )?a copy of (?:the |your )(?:original |returned )?(?:message|e-?mail|mail)(?: headers?)?(?:, including (?:all )?(?:of )?the headers)?',
  '(?:the |your )?(?:original |returned |unsent |undelivered )?(?:message|e-?mail|mail)(?: (?:headers?|text|body))?(?: is| as)? follow(?:s|ing)?',
  '(?:the |your )?original (?:message|e-?mail|mail)(?: headers?)?(?: reads)?',
  '(?:the |your )?message (?:headers?|reads)',
  '(?:the )?(?:original )?headers?(?: of (?:the|your) (?:original )?message)?(?:(?: is| as)? follow(?:s|ing)?)?',
  'kopie (?:der|ihrer) (?:ursprünglichen )?nachricht',
  '(?:nachrichten|ursprüngliche )?(?:kopfzeilen|messagekopf|nachrichtenköpfe)(?: (?:der|ihrer) (?:ursprünglichen )?nachricht)?',
  '(?:ursprüngliche nachricht|originalnachricht)',
  'copie (?:du|de votre) message',
  "en-têtes (?:du message|de message d'origine|d'origine(?: du message)?)",
  "message d'origine",
  'copia del (?:mensaje|messaggio)',
  'encabezados (?:originales )?del mensaje(?: original)?',
  'mensaje original',
  'intestazioni originali(?: del messaggio)?',
  'messaggio originale',
  'kopie van (?:het|uw) bericht',
  'oorspronkelijk(?:e)? bericht(?:koppen)?',
  'cabeçalhos (?:originais|da mensagem original)',
  'mensagem original',
  '元の(?:メール|メッセージ)(?:の?ヘッダー?)?',
  '原始(?:邮件|郵件)(?:头|標頭)?',
]);

/** Between dashes also these; alone on a line they would be a heading. */
export const COPY_BETWEEN_DASHES = exactly([
  '(?:returned|unsent|undelivered|bounced) (?:message|mail|e-?mail)',
  'original mail info',
  'message (?:text|body)',
]);

/** Fields that stand in the header of a message and nowhere else; a Message-ID also in an indented summary. */
export const HEADER_OF_COPY = /^(?:message-id|\s{0,8}(?:return-path|received|mime-version|dkim-signature)) ?:/i;

/** Fields that stand above those in the same header. */
export const FIELD_OF_COPY = /^(?:from|to|cc|subject|date|sender|reply-to|(?:x|content|list|arc)-[a-z-]{1,60}) ?:/i;
