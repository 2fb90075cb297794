/** What mail servers write about an address, a mailbox or a policy. Patterns for folded text; each is linear. */

/** Of a report's own prose only what says that the mailbox is full or that the server goes on trying. */
export const PROSE_MAY_PASS =
  /(?:mailbox|inbox|storage|quota)[^.\n]{0,40}(?:full|exceeded|over)|over quota|will (?:keep|continue|be retried|retry)|temporar(?:y|ily)|no action is required|postfach[^.\n]{0,30}voll/u;

export const BOUNCE_SUBJECT =
  /undeliver|delivery (?:status|has|failure|failed|delayed|incomplete|problem|report|to)|returned (?:to sender|mail)|mail(?: delivery)? (?:system|failed|failure|error|delayed)|message (?:delayed|you sent|could not)|failure notice|failed delivery|non-?delivery|could not be delivered|not delivered|rejected|warning: (?:message|could not)|unzustellbar|nicht (?:zugestellt|zustellbar)|zustellung|non remis|non distribu|échec|retard de|no (?:se puede entregar|se ha podido entregar|entregado)|devuelto|mancat[ao] (?:recapito|consegna)|impossibile recapitare|notifica sullo stato|onbestelbaar|niet bezorgd|não entregue|falha na entrega|devolvida|kunde inte levereras|olevererat|ikke leveres|uleverlig|kunne ikke|epäonnistui|toimittamatta|niedostarcz|nie dostarczono|zwrot|nedoruč|teslim edilem|配信不能|配信でき|未配達|不達|届きません|退信|无法投递|無法傳遞|未送达|не доставлен|недоставлен|반송/u;

export const BOUNCE_TEXT =
  /(?:could not|couldn't|cannot|can't|unable to|not able to|wasn't able to|not)(?: be)? (?:deliver|reach)|undeliverable|delivery (?:failed|has failed|to the following)|permanent (?:fatal )?error|failed permanently|message that you sent|has not (?:yet )?been delivered|konnte nicht zugestellt|n'a pas pu être (?:remis|distribu|livré)|no (?:se pudo|se ha podido|pudo ser) entrega|non è stato possibile (?:recapitare|consegnare)|配信できませんでした|无法投递/u;

/** From here on an old-fashioned bounce repeats the message it is about. */
export const COPY_BEGINS =
  /^[-\s=*]{0,20}(?:below this line is a copy|this is a copy of|original message|the original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|returned message|transcript of the message|message header|message follows|your (?:original )?message (?:follows|reads|was)|undelivered message|unsent message|original headers?|messagekopf|kopfzeilen|元のメッセージ|原始邮件)|^(?:return-path|received|message-id|mime-version|dkim-signature):/u;
