import { domainOf } from './contact.ts';

/**
 * Providers at whose domains anybody may have an address: two people of one such domain have nothing to do with each
 * other. The large ones, by what their sign-up pages offer.
 */
const FREE_MAIL = new Set(
  `gmail.com googlemail.com
  outlook.com outlook.de outlook.fr outlook.es outlook.it hotmail.com hotmail.co.uk hotmail.de hotmail.es hotmail.fr hotmail.it live.com live.co.uk live.de live.fr live.nl msn.com
  yahoo.com yahoo.co.uk yahoo.co.jp yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it ymail.com rocketmail.com aol.com
  icloud.com me.com mac.com
  proton.me protonmail.com pm.me tutanota.com tuta.io tuta.com posteo.de mailbox.org fastmail.com fastmail.fm hey.com
  gmx.com gmx.de gmx.net gmx.at gmx.ch web.de mail.de freenet.de t-online.de arcor.de
  orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr
  libero.it virgilio.it tiscali.it alice.it tin.it
  telefonica.net terra.es uol.com.br bol.com.br terra.com.br sapo.pt
  ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl telenet.be skynet.be
  bluewin.ch hispeed.ch sunrise.ch aon.at chello.at
  telia.com comhem.se bredband.net online.no mail.dk kolumbus.fi luukku.com
  wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz email.cz azet.sk
  mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net i.ua
  btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net
  comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net shaw.ca rogers.com sympatico.ca bigpond.com
  zoho.com mail.com email.com inbox.lv hushmail.com
  qq.com 163.com 126.com sina.com foxmail.com naver.com hanmail.net daum.net docomo.ne.jp ezweb.ne.jp softbank.ne.jp rediffmail.com`
    .split(/\s+/)
    .filter((domain) => domain !== ''),
);

/** Whether a normalised address is at a provider for everybody. */
export const isFreeMail = (email: string): boolean => FREE_MAIL.has(domainOf(email));
