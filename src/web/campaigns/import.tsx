import { useParams } from '@tanstack/react-router';
import { usePathId } from '../shell/path-id.ts';
import { ImportJob } from './import-job.tsx';
import { NewImport } from './new-import.tsx';

/** `/campaigns/$id/leads/import/$job`: `new`, or one that was handed in. */
export function LeadImport() {
  const campaignId = usePathId();
  const { job = 'new' } = useParams({ strict: false });
  return job === 'new' ? <NewImport campaignId={campaignId} /> : <ImportJob campaignId={campaignId} id={job} />;
}
