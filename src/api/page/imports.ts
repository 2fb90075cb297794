import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { afterwards } from '../../commands/afterwards.ts';
import type { Caller } from '../../commands/deps.ts';
import { type ImportRef, runImport } from '../../commands/leads/run-import.ts';
import { startImport } from '../../commands/leads/start-import.ts';
import { campaignExists } from '../../db/campaign-reads.ts';
import { failureOf } from '../../db/errors.ts';
import { findImport, listImportRows, namesInImport, newestImports, rowsAfter } from '../../db/imports.ts';
import type { CampaignId, ImportId } from '../../domain/ids.ts';
import { importOutcomes } from '../../domain/lead.ts';
import { Refusal } from '../../domain/refusal.ts';
import { csvLine } from '../csv-cell.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { leadsOfFile, readLeadFile } from '../lead-file.ts';
import { HttpProblem } from '../problems.ts';
import {
  detailOf,
  type ImportShown,
  importRowShape,
  importShape,
  readFileShape,
  showImport,
  showImportRow,
} from '../shapes/imports.ts';
import { pageAnswer, pageOf, paging, pathId, text } from '../shapes/primitives.ts';

/** Of a file; as JSON it is longer by its quotes and line breaks. */
const FILE_BYTES = 10 * 1024 * 1024;
const bodyLimit = 2 * FILE_BYTES + 64 * 1024;

/** A value that cannot be kept spoils its row only, so the text itself may hold anything. */
const file = z.strictObject({ text: z.string() });

const newImport = z.strictObject({
  file_name: text(255, 1),
  text: z.string(),
  /** For each column what it means: a field of leads, `custom.<name>`, null: left out. */
  mapping: z.array(z.string().max(80).nullable()).min(1).max(500),
  approve: z.boolean().default(false),
});

const rowsQuery = z.strictObject({ outcome: z.enum(importOutcomes).optional(), ...paging });

const read = { scope: 'campaigns:read' } as const;
const write = { scope: 'campaigns:write' } as const;
const NEWEST = 20;
const ROWS_AT_ONCE = 1_000;

/**
 * `/app/api/imports`: files of leads. One that is handed in is worked off after the answer has gone out; when this process
 * dies or stops meanwhile, the reconciler has the rest done.
 */
export function importRoutes(app: App, deps: ApiDeps): void {
  const { db, log, csvReader } = deps;
  const stopping = new AbortController();
  const jobs = afterwards((job: ImportRef) => runImport(deps, job, stopping.signal).then(() => undefined), {
    atOnce: 2,
    failed: (error) => log.warn(failureOf(error), 'an import stopped; the reconciler goes on with it'),
  });
  app.addHook('preClose', async () => {
    const headers = { 'retry-after': '5' };
    stopping.abort(new HttpProblem('unavailable', 'the server stops just now; try again', { headers }));
  });
  app.addHook('onClose', () => jobs.settled());

  const show = async ({ workspaceId }: Caller, id: ImportId): Promise<ImportShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => findImport(tx, id));
    if (!found) throw new Refusal('not_found', { noun: 'import', id });
    return showImport(found);
  };

  app.post(
    '/app/api/imports/read',
    { config: write, bodyLimit, schema: { body: file, response: { 200: readFileShape } } },
    ({ body: { text } }, reply) => {
      refuseLong(text);
      return readLeadFile(csvReader, { text, signal: whileAwaited(reply, stopping.signal) });
    },
  );

  app.post(
    '/app/api/campaigns/:id/imports',
    {
      config: write,
      bodyLimit,
      schema: { params: pathId<CampaignId>(), body: newImport, response: { 201: importShape } },
    },
    async ({ caller, params: { id: campaignId }, body: { file_name: fileName, text, mapping, approve } }, reply) => {
      refuseLong(text);
      const rows = await leadsOfFile(csvReader, { text, signal: whileAwaited(reply, stopping.signal) }, mapping);
      const id = await startImport(deps, caller, { campaignId, fileName, approve, rows });
      const shown = await show(caller, id);
      jobs.push({ id, workspaceId: caller.workspaceId });
      return reply.code(201).send(shown);
    },
  );

  app.get(
    '/app/api/campaigns/:id/imports',
    {
      config: read,
      schema: { params: pathId<CampaignId>(), response: { 200: z.object({ items: z.array(importShape) }) } },
    },
    ({ caller: { workspaceId }, params: { id } }) =>
      db.inWorkspace(workspaceId, async (tx) => {
        if (!(await campaignExists(tx, id))) throw new Refusal('not_found', { noun: 'campaign', id });
        return { items: (await newestImports(tx, id, NEWEST)).map(showImport) };
      }),
  );

  const params = pathId<ImportId>();

  app.get(
    '/app/api/imports/:id',
    { config: read, schema: { params, response: { 200: importShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  app.get(
    '/app/api/imports/:id/rows',
    { config: read, schema: { params, querystring: rowsQuery, response: { 200: pageOf(importRowShape) } } },
    async ({ caller, params: { id: importId }, query }) => {
      await show(caller, importId);
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) =>
        listImportRows(tx, { importId, outcome: query.outcome }, query),
      );
      return pageAnswer(items.map(showImportRow), totalCount, query);
    },
  );

  app.get('/app/api/imports/:id/rows.csv', { config: read, schema: { params } }, async (request, reply) => {
    const { caller, params } = request;
    const { file_name: name } = await show(caller, params.id);
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${outcomesName(name)}"`)
      .send(Readable.from(linesOf(deps, caller, params.id)));
  });
}

/** Aborted when the client goes, or the server does. */
function whileAwaited({ raw }: FastifyReply, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort(new HttpProblem('invalid_request', 'the client went before its answer')));
  return AbortSignal.any([gone.signal, stopping]);
}

function refuseLong(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > FILE_BYTES)
    throw new HttpProblem('body_too_large', `the file has ${bytes} bytes, expected at most ${FILE_BYTES}`);
}

/** "leads-outcomes.csv" of "leads.csv", in letters that every header can hold. */
const outcomesName = (fileName: string): string =>
  `${fileName.replace(/\.\w+$/, '').replace(/[^\w.-]+/g, '_')}-outcomes.csv`;

/** What became of each row, beside what it said; never more than a page in memory. */
async function* linesOf({ db }: ApiDeps, { workspaceId }: Caller, id: ImportId): AsyncGenerator<string> {
  const names = await db.inWorkspace(workspaceId, (tx) => namesInImport(tx, id));
  yield csvLine(['row', 'outcome', 'why', ...names]);
  for (let after = 0; ; ) {
    const rows = await db.inWorkspace(workspaceId, (tx) => rowsAfter(tx, id, after, ROWS_AT_ONCE));
    yield rows
      .map(({ row, outcome, detail, data }) =>
        csvLine([
          String(row),
          outcome ?? 'waiting',
          detailOf({ data, detail }) ?? '',
          ...names.map((name) => data[name] ?? ''),
        ]),
      )
      .join('');
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_AT_ONCE) return;
    after = last.row;
  }
}
