import cookies from '@fastify/cookie';
import Fastify from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { newId } from '../db/new-id.ts';
import type { Log } from '../domain/log.ts';
import { requireTokens } from './auth.ts';
import { validatorCompiler } from './bad-input.ts';
import { answerBrokenRequest } from './broken-requests.ts';
import type { ApiDeps } from './deps.ts';
import { devRoutes } from './dev.ts';
import type { App, Limits } from './door.ts';
import { securityHeaders } from './headers.ts';
import { hookRoutes } from './hooks.ts';
import { linkedInHookRoutes } from './hooks-linkedin.ts';
import { addJsonParser } from './json-body.ts';
import { describeRoutes } from './openapi.ts';
import { operationRoutes } from './operations.ts';
import { accountNeedRoutes } from './page/accounts.ts';
import { auditRoutes } from './page/audit.ts';
import { devToolRoutes } from './page/dev-tools.ts';
import { importRoutes } from './page/imports.ts';
import { leadPreviewRoutes } from './page/lead-previews.ts';
import { memberRoutes } from './page/members.ts';
import { replyRoutes } from './page/replies.ts';
import { sessionRoutes } from './page/session.ts';
import { streamRoutes } from './page/stream.ts';
import { taskPageRoutes } from './page/tasks.ts';
import { templatePreviewRoutes } from './page/template-previews.ts';
import { templateEditingRoutes } from './page/templates.ts';
import { tokenRoutes } from './page/tokens.ts';
import { workspaceRoutes } from './page/workspace.ts';
import { answerProblem } from './problems.ts';
import { readQuery } from './query.ts';
import { collectRoutes } from './unknown-routes.ts';
import { accountRoutes } from './v1/accounts.ts';
import { campaignRoutes } from './v1/campaigns.ts';
import { contactRoutes } from './v1/contacts.ts';
import { eventRoutes } from './v1/events.ts';
import { leadRoutes } from './v1/leads.ts';
import { sequenceTemplateRoutes } from './v1/sequence-templates.ts';
import { sequenceRoutes } from './v1/sequences.ts';
import { suppressionRoutes } from './v1/suppressions.ts';
import { taskRoutes } from './v1/tasks.ts';
import { webRoutes } from './web.ts';

/** Every door there is. */
const doors: readonly ((app: App, deps: ApiDeps, limits: Limits) => void)[] = [
  operationRoutes,
  hookRoutes,
  linkedInHookRoutes,
  sequenceTemplateRoutes,
  campaignRoutes,
  leadRoutes,
  sequenceRoutes,
  taskRoutes,
  contactRoutes,
  suppressionRoutes,
  accountRoutes,
  eventRoutes,
  sessionRoutes,
  streamRoutes,
  importRoutes,
  leadPreviewRoutes,
  replyRoutes,
  taskPageRoutes,
  templateEditingRoutes,
  templatePreviewRoutes,
  accountNeedRoutes,
  workspaceRoutes,
  memberRoutes,
  tokenRoutes,
  auditRoutes,
  devRoutes,
  devToolRoutes,
  webRoutes,
];

/** More than one process answers, so only a client gone wild meets it; lower it where many share a process. */
const generous: Limits = { badTokens: 20, requests: 30_000 };

/** The HTTP door: to listen on, or to inject into. Opens no port and reads no environment. Design 8. */
export async function createApp(deps: ApiDeps, limits: Limits = generous): Promise<App> {
  const app = newApp(deps.log);
  const missing = collectRoutes(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headersOf(request));
    if (request.is404 || hasEmptySegment(request.params)) throw missing(request);
    request.query = request.routeOptions.config.public ? {} : readQuery(request.raw.url ?? '');
  });
  app.addHook('onRoute', (route) => {
    // A parameter nobody reads is refused, also where a route names none.
    if (!route.config?.public) route.schema = { querystring: z.strictObject({}), ...route.schema };
  });
  app.addHook('onResponse', async ({ id, method, routeOptions }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? null; // the pattern: an address may hold names
    deps.log.info({ request_id: id, method, route, status: statusCode, ms: Math.round(elapsedTime) }, 'answered');
  });
  hangUpWhenClosing(app);
  app.register(cookies);
  requireTokens(app, deps, limits);
  describeRoutes(app);
  app.after(() => {
    for (const open of doors) open(app, deps, limits);
  });
  await app.ready();
  return app;
}

/** What was asked before we began to close is answered; its connection, kept alive, would hold the close for a minute. */
function hangUpWhenClosing(app: App): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}

const MAX_HEADER_BYTES = 16 * 1024;

/** The limits of reliability.md 5e, exact paths, and one form for everything that goes wrong. */
function newApp(log: Log): App {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    genReqId: () => newId(),
    bodyLimit: 256 * 1024,
    connectionTimeout: 90_000,
    requestTimeout: 30_000,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    return503OnClosing: false, // what still arrives while we close is answered
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: MAX_HEADER_BYTES,
    },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => answerProblem(log, error, request, reply.headers(headersOf(request))),
  }).withTypeProvider<ZodTypeProvider>();
  app.removeAllContentTypeParsers();
  // Clients that always name the type may send nothing, where a route takes nothing.
  addJsonParser(app, 'application/json', { mayBeBlank: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => answerProblem(log, error, request, reply));
  return app;
}

const headersOf = ({ id }: { id: string }) => ({ ...securityHeaders, 'x-request-id': id });

/** The router takes `/templates/` for `/templates/:id` with an empty id; here it is another address, where nothing is. */
const hasEmptySegment = (params: unknown): boolean =>
  typeof params === 'object' && params !== null && Object.values(params).includes('');
