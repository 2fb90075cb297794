import type { FastifyReply } from 'fastify';

/**
 * What strangers wrote, so it may do nothing: `sandbox` takes scripts, forms, windows and our origin from it, and
 * nothing is loaded, so no sender learns that it was read. Only our own page may frame it.
 */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Paper, whatever the page's scheme: mail is written for a white ground. */
const FRAME =
  '<!doctype html><meta charset="utf-8"><title>Message</title>' +
  '<style>:root{color-scheme:light}body{margin:12px;background:#fff;color:#1c1f24;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}</style>';

/**
 * For a frame inside of ours Chromium opens a connection before it asks the policy, and that tells that the mail was
 * read. A parser makes a frame of these characters and of nothing else, so without them there is none.
 */
const withoutFrames = (html: string): string => html.replace(/<(?=i?frame)/gi, '<x-');

/** A mail's HTML as it was written, for a frame of the page. */
export const sendMailFrame = (reply: FastifyReply, html: string): FastifyReply =>
  reply
    .header('content-security-policy', POLICY)
    .header('x-dns-prefetch-control', 'off')
    .type('text/html; charset=utf-8')
    .send(FRAME + withoutFrames(html));
