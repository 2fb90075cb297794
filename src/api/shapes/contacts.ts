import { z } from 'zod';
import type { ContactRow } from '../../db/rows.ts';
import { printedId } from './primitives.ts';

/*
 * What the answers look like, a file per noun, apart from the routes: the command line reads answers by the same schemas.
 */

/** A contact inside other answers. */
export const contactShape = z.object({
  id: printedId,
  email: z.string().nullable(),
  /** The last part of the profile's address: linkedin.com/in/<this>. */
  linkedin_profile: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  job_title: z.string().nullable(),
  company: z.string().nullable(),
});

type Shown = Pick<ContactRow, 'id' | 'email' | 'profile' | 'firstName' | 'lastName' | 'jobTitle' | 'company'>;

export const showContact = (contact: Shown): z.output<typeof contactShape> => ({
  id: contact.id,
  email: contact.email,
  linkedin_profile: contact.profile,
  first_name: contact.firstName,
  last_name: contact.lastName,
  job_title: contact.jobTitle,
  company: contact.company,
});
