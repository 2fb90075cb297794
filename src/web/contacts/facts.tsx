import { Anchor, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ContactDetailShown } from '../../api/shapes/contact-details.ts';
import { whyMisread } from '../../domain/copy/misread.ts';
import { Instant } from '../shell/instant.tsx';

/** "Company industry" of company_industry. */
const inWords = (name: string): string => {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What is known of the person, as far as anything is. */
export function ContactFacts({ contact }: { contact: ContactDetailShown }) {
  const { email, linkedin_profile, linkedin_headline, recent_activity, company_context, custom } = contact;
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
  const facts: [name: string, value: ReactNode][] = [
    // The page's title says it already.
    ['Name', whyMisread(name) === null ? null : name],
    ['Email', email],
    ['LinkedIn', linkedin_profile === null ? null : <Profile key="profile" profile={linkedin_profile} />],
    ['Job title', contact.job_title],
    ['Company', contact.company],
    ['Headline', linkedin_headline],
    ['Recent activity', recent_activity],
    ...[...Object.entries(company_context), ...Object.entries(custom)].map(([name, value]): [string, ReactNode] => [
      inWords(name),
      value,
    ]),
    ['Known since', <Instant key="since" at={contact.created_at} inline />],
    ...contact.suppressions.map(({ value, created_at }): [string, ReactNode] => [
      'Never contact since',
      <span key={value}>
        <Instant at={created_at} inline /> ({value})
      </span>,
    ]),
  ];
  return (
    <aside className="contact-facts" aria-labelledby="contact-facts">
      <Title order={2} id="contact-facts" mb="xs">
        About
      </Title>
      <dl>
        {facts
          .filter(([, value]) => value !== null && value !== '')
          .map(([name, value]) => (
            <div key={`${name} ${typeof value === 'string' ? value : ''}`}>
              <Text component="dt" size="xs" c="dimmed">
                {name}
              </Text>
              <Text component="dd" size="sm" className="long-word">
                {value}
                {typeof value === 'string' && <Misread text={value} />}
              </Text>
            </div>
          ))}
      </dl>
    </aside>
  );
}

/** Said, never put right by itself: what was meant is a guess. */
function Misread({ text }: { text: string }) {
  const why = whyMisread(text);
  return (
    why !== null && (
      <Text span display="block" size="xs" c="dimmed">
        {why}
      </Text>
    )
  );
}

const Profile = ({ profile }: { profile: string }) => (
  <Anchor
    size="sm"
    href={`https://www.linkedin.com/in/${encodeURIComponent(profile)}`}
    target="_blank"
    rel="noopener noreferrer"
  >
    in/{profile}
  </Anchor>
);
