import { folded } from './copy/folded-text.ts';

/** What stands for whatever a server only repeats: of one length, and nothing that a list of words holds. */
const NAME = '_';

const URL = /https?:\/\/[^\s<>"]+/g;
/** A page of one of these is no address that is repeated: it says that we are listed there. */
const BLOCK_LIST =
  /^https?:\/\/(?:[\w-]+\.){0,3}(?:spamhaus\.org|spamcop\.net|barracudacentral\.org|uceprotect\.net|sorbs\.net)(?:[/:?#]|$)/;
/** Exim names a local part without its domain: 'unknown local-part "grace" in domain "firm.example"'. */
const QUOTED = /"[^"\s]{1,255}"/g;
/** Whatever lies between signs that no plain address and no host name holds. */
const TOKEN = /[^\s<>()[\]",:;\\]+/g;
const HOST = /^[^\p{L}\p{N}]*(?=[\p{L}\p{N}])(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+(?:[^\p{L}\p{N}].*)?$/u;
const IP_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}(?:[^\d].*)?$/;
/** Exchange writes its faults like hosts: "RESOLVER.ADR.RecipNotFound". */
const FAULT = /^resolver\./;

const isName = (token: string) =>
  token.includes('@') || ((HOST.test(token) || IP_ADDRESS.test(token)) && !FAULT.test(token));

/**
 * A mail server's own words, folded. Addresses, hosts and web pages that it repeats are one sign each: their letters say
 * nothing, or a recipient called "unlimited" would put the account to rest, and one called "unknown" would be suppressed.
 */
export const serverWords = (text: string): string =>
  folded(text)
    .replace(URL, (url) => (BLOCK_LIST.test(url) ? 'dnsbl' : NAME))
    .replace(QUOTED, NAME)
    .replace(TOKEN, (token) => (isName(token) ? NAME : token));
