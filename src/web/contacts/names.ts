import type { ContactItem } from '../../api/shapes/contact-details.ts';

type Named = Pick<ContactItem, 'first_name' | 'last_name' | 'email' | 'linkedin_profile'>;

/** "Ada Lovelace", or what else they are known by. */
export function nameOf({ first_name, last_name, email, linkedin_profile }: Named): string {
  const name = [first_name, last_name].filter((part) => part !== null).join(' ');
  if (name !== '') return name;
  return email ?? (linkedin_profile === null ? 'Erased contact' : `in/${linkedin_profile}`);
}
