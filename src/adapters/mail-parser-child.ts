import { serveParser } from './mail-pipe.ts';
import { parseMail } from './parse-mail.ts';

// Forked by child-mail-parser.ts, with little memory and none of our environment: what harms it, harms nobody else.
serveParser(parseMail);
