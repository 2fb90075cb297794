import fiveSteps from '../../../examples/template.json';
import type { Session } from '../../api/shapes/session.ts';

/*
 * What a new template holds, as the server takes it. Zone and sender are the viewer's own; everything can be changed.
 */

const own = ({ workspace, member }: Pick<Session, 'workspace' | 'member'>) => ({
  timezone: workspace.zone,
  sender: { name: member.name, job_title: null },
});

/** Nothing but when it may send. */
export const emptyTemplate = (viewer: Pick<Session, 'workspace' | 'member'>) => ({
  ...own(viewer),
  name: 'New template',
  language: 'en',
  schedule: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], hours: [{ start: '09:00', end: '17:30' }] },
  steps: [],
});

/** The example that the documentation describes: email, invitation, follow-up, LinkedIn message, last email. */
export const fiveStepExample = (viewer: Pick<Session, 'workspace' | 'member'>) => ({ ...fiveSteps, ...own(viewer) });
