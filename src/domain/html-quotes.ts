/** How mail programs mark in HTML what they quote, by the classes, ids and names they give. Data and its reader. */

/** Everything in it is quoted. */
const QUOTES = new Set([
  'yahoo_quoted', // Yahoo
  'protonmail_quote', // Proton
  'tutanota_quote', // Tuta
  'zmail_extra', // Zoho
  'olk_src_body_section', // Outlook for Mac
  'mail-editor-reference-message-container', // Outlook for phones
  'messagereplysection', // Spark
  'moz-forward-container', // Thunderbird
  'isreplycontent', // NetEase
  'quote', // GMX and Web.de
]);

/** It introduces the quotation that follows; where none is marked, everything below is history. */
const INTRODUCTIONS = new Set([
  'gmail_attr', // Gmail
  'moz-cite-prefix', // Thunderbird
  'moz-email-headers-table', // Thunderbird
  'reply-intro', // Roundcube
  'divrplyfwdmsg', // Outlook on the web
  'appendonsend', // Outlook on the web
  'outlookmessageheader', // Outlook Express
  'stopspelling', // Hotmail
  'zwchr', // Zimbra
]);

/** The rule that Outlook's desktop program draws above From, Sent and Subject, in every language. */
const OUTLOOK_RULE = /border:none;border-top:solid#(?:b5c4df|e1e1e1)1\.0pt/;

export type QuoteMark = 'quote' | 'introduction';

/** What the start tag of an element says about its content, or null. A bare blockquote is also used to indent one's own words. */
export function quoteMarkOf(name: string, tag: string): QuoteMark | null {
  const attributes = attributesOf(tag);
  const names = ['class', 'id', 'name'].flatMap((attribute) => attributes.get(attribute)?.split(/\s+/) ?? []);
  const plain = names.map((each) => each.replace(/^(?:x_)+|^ydp.{0,20}(?=yahoo_quoted)|_\d+$/g, ''));
  if (name === 'blockquote' && (attributes.get('type') === 'cite' || plain.some((each) => each.includes('quote'))))
    return 'quote';
  if (plain.some((each) => QUOTES.has(each))) return 'quote';
  const isRule = OUTLOOK_RULE.test(attributes.get('style')?.replace(/\s+/g, '') ?? '');
  return isRule || plain.some((each) => INTRODUCTIONS.has(each)) ? 'introduction' : null;
}

/** A program's own marks stand at the front of a tag; a longer one is somebody else's. */
const READ_CHARACTERS = 1_000;
const ATTRIBUTE = /\s(class|id|name|type|style)\s{0,3}=\s{0,3}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;

const attributesOf = (tag: string): ReadonlyMap<string, string> =>
  new Map(
    [...tag.slice(0, READ_CHARACTERS).toLowerCase().matchAll(ATTRIBUTE)].map(
      ([, name = '', double, single, bare]): [string, string] => [name, double ?? single ?? bare ?? ''],
    ),
  );
