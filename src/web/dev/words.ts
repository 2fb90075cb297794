import type { DevMailShown } from '../../api/shapes/dev.ts';

/** How the mailbox writes people and subjects. */

export const personOf = ({ name, address }: DevMailShown['from']) => (name === '' ? address : name);

export const subjectOf = ({ subject }: Pick<DevMailShown, 'subject'>) => (subject === '' ? '(no subject)' : subject);
