import { folded } from './folded-text.ts';

/*
 * Where a text leads a reader: web and e-mail addresses, account names, telephone numbers. Wide on purpose: mail software
 * and LinkedIn make links of bare names too. All patterns are linear.
 */

/** Index into the text, from 0; `end` is behind it. */
export interface Found {
  text: string;
  start: number;
  end: number;
}

/** Every such place, the outermost ones only. */
export function contactPointsIn(text: string): Found[] {
  const found = [...PATTERNS, DOMAIN, PHONE].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ 0: point, index }) => ({
      text: point,
      start: index,
      end: index + point.length,
    })),
  );
  return outermost(found.filter((point) => isContactPoint(point.text)));
}

/** Those that lie in no other; of two that are one and the same the first found. As sorted, whatever holds one is before it. */
function outermost(points: readonly Found[]): Found[] {
  const kept = new Set<Found>();
  let reached = 0;
  for (const point of [...points].sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (point.end > reached) kept.add(point);
    reached = Math.max(reached, point.end);
  }
  return points.filter((point) => kept.has(point));
}

/** The same address however it is written: `https://www.acme.example/` is `acme.example`. */
export const samePoint = (text: string): string =>
  folded(text)
    .replace(/^(?:https?:\/\/|mailto:|tel:)?(?:www\.)?/, '')
    .replace(/(?<![\s.,;:!?…”’»)\]/])[\s.,;:!?…”’»)\]/]+$/u, '');

const PATTERNS: readonly RegExp[] = [
  /(?<![\p{L}\p{N}])[a-z][a-z0-9+.-]{0,20}:\/\/\S*/giu,
  /(?<![\p{L}\p{N}])(?:mailto|tel|sms|callto|skype|whatsapp|javascript|data):[^\s,]+/giu,
  /(?<![\p{L}\p{N}])www\.[^\s,]+/giu,
  // An e-mail address, or an account's name on its own.
  /[^\s@<>()[\]"',;:]{0,64}@[\p{L}\p{N}_][^\s@<>()[\]"',;:]*/gu,
  // "sam (at) example (dot) org"
  /\S{1,64} ?[([{] ?(?:at|dot|punkt|point|arroba|chiocciola) ?[)\]}] ?\S{0,64}/giu,
  // A link of Markdown, whatever it leads to.
  /\][ \t]?\([^()\n]*\)/gu,
  /(?<![\p{N}.])\d{1,3}(?:\.\d{1,3}){3}[:/]\S*/gu,
];

/** Top-level domains that messages lead to: all of countries, the common others, those of scripts, and those kept for examples. */
const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';
const OTHERS =
  'academy agency app asia bank best bid bio biz blog business cafe careers cash center chat city click clinic cloud club coach codes com company consulting cyou deals design dev digital directory download earth edu education email energy engineering events exchange expert express fashion finance fit fund fun gallery games global gmbh gov group guide guru health help host hosting icu inc info ink int international invest jobs land law legal life limited link live llc loan ltd marketing media mil mobi money monster museum name net network news ninja one online org page partners party pet photo photos plus press pro productions quest rest review reviews rocks run sale school science services shop site social software solutions space store stream studio style support surf systems team tech technology today tools top trade training travel vip ventures video website wiki win wine work works world wtf xxx xyz yoga zip zone example test invalid localhost onion';
const SCRIPTS = 'рф бел укр мкд срб қаз 中国 中國 公司 网络 在线 みんな コム 한국 닷컴 भारत ไทย';

const TOP_LEVEL = [COUNTRIES, OTHERS, SCRIPTS].join(' ').replaceAll(' ', '|');

/**
 * A bare name: `acme.example/path`. The dots of other scripts count, where a name in Latin letters stands before them. Of
 * more labels than eight the last are found, so that a text of dots is not read to its end from each of them.
 */
const DOMAIN = new RegExp(
  `(?<![\\p{L}\\p{N}@_-])(?:[\\p{L}\\p{N}][\\p{L}\\p{N}-]{0,62}\\.|[a-z0-9-]{1,63}[。．｡]){1,8}` +
    `(?:${TOP_LEVEL}|xn--[a-z0-9-]{2,59})(?![\\p{L}\\p{N}_-])(?:[:/?#][^\\s,]*)?`,
  'giu',
);

/** "…this quarter.In March": a capital, but for those that are no word of any language. */
const FORGOTTEN_BLANK = /^(?!www\.)[^\s/:?#@()]*\.(?!(?:Com|Net|Org|Info|Biz|Xyz|App|Dev|Edu|Gov)$)\p{Lu}\p{Ll}+$/u;

const PHONE = /(?<![\p{L}\p{N}])\+?\(?\p{Nd}(?:[ \t\u00a0()./-]{0,3}\p{Nd}){6,14}(?![\p{L}\p{N}])/gu;

/** Names of things that look like addresses. */
const NAMES = new Set(['asp.net', 'ado.net', 'vb.net', 'ml.net', 'socket.io']);

function isContactPoint(found: string): boolean {
  if (/^[+(]?[\p{Nd}()./\s+-]+$/u.test(found)) return isTelephone(found);
  return !NAMES.has(found.toLowerCase()) && !FORGOTTEN_BLANK.test(found);
}

/** Not a date, a range of years or head counts, or a large number. */
function isTelephone(found: string): boolean {
  const digits = found.replaceAll(/\P{Nd}/gu, '').length;
  if (found.startsWith('+')) return true;
  if (/\p{Nd}{1,2}[./]\p{Nd}{1,2}[./]\p{Nd}{2,4}|\p{Nd}{4}-\p{Nd}{2}-\p{Nd}{2}/u.test(found)) return false;
  if (/^\p{Nd}{1,3}(?:[ .\u00a0]\p{Nd}{3})+(?: ?- ?\p{Nd}{1,3}(?:[ .\u00a0]\p{Nd}{3})+)?$/u.test(found)) return false;
  if (/^\p{Nd}{3}[ .-]0\p{Nd}{3}$/u.test(found)) return true;
  return digits >= 9;
}
