/** What mail servers write about an address, a mailbox or a policy. Patterns for folded text; each is linear. */

/** The address does not exist, and nothing else can be meant. */
export const ADDRESS_UNKNOWN =
  /unknown (?:user|recipient|mailbox|address|local[ -]part)|no such (?:user|mailbox|recipient|address|person|account|local user)|(?:user|recipient|mailbox|addressee?|account) (?:is )?unknown|(?:user|recipient|mailbox|address|account|e-?mail|benutzer|postfach|adresse|destinataire|utente|usuario|usuário)[^.\n]{0,80}(?:does not exist|doesn't exist|do not exist|not found|couldn't be found|could not be found|wasn't found|existiert nicht|n'existe pas|no existe|non esiste|não existe|bestaat niet|finns inte|findes ikke|finnes ikke|ei ole olemassa|nie istnieje|neexistuje|bulunamadı|mevcut değil|unbekannt|inconnue?|sconosciut[oa]|desconocid[oa]|desconhecid[oa]|onbekend)|(?:does not|doesn't) have an? (?:[\w.-]{1,60} )?account|no mailbox (?:here )?by that name|not a (?:valid|known) (?:user|mailbox|recipient)|invalid (?:recipient|mailbox|user)|recipnotfound|recipientnotfound|(?:empfänger|benutzer|adresse) (?:ist )?unbekannt|unbekannte[rn]? (?:empfänger|benutzer)|(?:utilisateur|destinataire|adresse) inconnue?|(?:utente|destinatario|indirizzo) (?:sconosciuto|inesistente)|(?:usuario|destinatario|dirección) (?:desconocid[oa]|inexistente)|onbekende (?:gebruiker|ontvanger)|okänd (?:användare|mottagare)|ukendt (?:bruger|modtager)|nieznany (?:użytkownik|odbiorca)|(?:宛先|アドレス|ユーザー?|メールアドレス)[^。\n]{0,30}(?:存在しません|見つかりません|不明)|(?:收件人|用户|地址|邮箱|信箱)[^。\n]{0,20}不存在|user not found|nonexistent (?:user|mailbox|address)/u;

/** Something that may pass, or that is not about the recipient's address. Any of it forbids "hard". */
export const MAY_PASS =
  /\bfull\b|quota|over ?limit|exceed|temporar|try again|try later|retry|grey-?list|greylist|delayed|deferred|\bspam\b|\bblock(?:ed|list|lisr)?\b|black-?list|deny-?list|reputation|policy|policies|relay(?:ing)? (?:access )?(?:denied|not|prohibited)|unable to relay|too many|throttl|rate limit|\blimit\b|suspended|disabled|inactive|not active|content reject|\brbl\b|dnsbl|\blisted\b|banned|denied|refused|not permitted|not allowed|unsolicited|\bspf\b|\bdkim\b|\bdmarc\b|authenticat|\bjunk\b|abuse|too quickly|\bbusy\b|virus|message size|too large|time[d]? ?out|connection (?:refused|reset)|not accepting|voll\b|überschritten|vorübergehend|pleine|saturée|dépassé|temporaire|llen[oa]\b|excedid|superad|pien[oa]\b|superat|temporane|cheia|excedeu|vol\b|tijdelijk|tillfällig|midlertidig|väliaikai|pełna|przepełnion|plná|dolu\b|一時的|容量|いっぱい|已满|超过|暂时/u;

/** The sender's address or name, our host or our network: whoever is refused there, it is not the recipient. Forbids "hard" too. */
export const ABOUT_SENDER =
  /(?:sender|return[ -]path|mail from|from address|absender|expéditeur|remitente|mittente)[^.\n]{0,60}(?:reject|denied|verif|unknown|invalid|bad\b|fail|no such|not (?:exist|found|allowed|valid)|doesn't exist|couldn't|could not|unauth|unresolv|abgelehnt|refusé)|(?:unknown|invalid|bad|no such|forged|unverified|rejected|blocked) (?:envelope |mail |e-?mail )?(?:sender|return[ -]path|from address)|envelope[ -](?:sender|from)|call-?(?:out|back)|verif(?:y|ication) (?:failed|failure|error)|\b(?:helo|ehlo)\b|\bptr\b|\brdns\b|reverse (?:dns|look-?up|host ?name)|(?:client|your|sending|connecting) (?:host|server|mail ?server|ip|domain|network|e-?mail address)|your address\b(?! book)|on behalf of|send[ -]?as/u;

/** A name server's answer may be another one tomorrow. */
export const DOMAIN_UNKNOWN =
  /(?:host|server|domain|dns|\bmx\b)(?: name| record)?(?: [\w.-]{1,60})? (?:was |is |could |did |does )?(?:not (?:be )?(?:found|resolved?|exist)|unknown|couldn't be found|doesn't exist)|(?:unknown|no such) (?:host|domain)|any host named|unrouteable/u;

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
