interface Contact {
  email: string | null;
  linkedin_profile: string | null;
  first_name: string | null;
  last_name: string | null;
  job_title: string | null;
  company: string | null;
}

/** What somebody is called; their address where no name is known, and "Erased" where nothing is. */
export const contactName = ({ first_name, last_name, email, linkedin_profile }: Contact): string =>
  [first_name, last_name].filter(Boolean).join(' ') || email || linkedin_profile || 'Erased';

/** "Head of Sales, Example Works" or the address. */
export const contactLine = ({ job_title, company, email, linkedin_profile }: Contact): string =>
  [job_title, company].filter(Boolean).join(', ') || email || linkedin_profile || '';

/** "Not accepted yet": the server's words as a sentence. */
export const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
