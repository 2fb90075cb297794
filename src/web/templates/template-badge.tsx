import { Badge, Tooltip } from '@mantine/core';
import type { TemplateStatus } from '../../domain/template.ts';
import './templates.css';

export const templateLooks: Record<TemplateStatus, { name: string; line: string }> = {
  PENDING_SETUP: { name: 'Pending setup', line: 'Not activated yet: nobody can be enrolled.' },
  ACTIVE: { name: 'Active', line: 'Campaigns enrol approved leads with it.' },
  INACTIVE: { name: 'Inactive', line: 'No new leads; open sequences go on.' },
  FINISHING: { name: 'Finishing', line: 'No new leads; archived when its open sequences have ended.' },
  ARCHIVED: { name: 'Archived', line: 'Out of use.' },
};

export const TemplateBadge = ({ status }: { status: TemplateStatus }) => (
  <Tooltip label={templateLooks[status].line}>
    <Badge className="template-status" data-status={status} tt="none" radius="sm">
      {templateLooks[status].name}
    </Badge>
  </Tooltip>
);
