import type { Person } from '../src/dev/demo/people.ts';

/** Who the leads of the pictures turn out to be, in the order of `examples/leads.csv`. */
export const outreach: readonly Person[] = [
  { name: 'is interested', replies: { afterStep: 1, hours: 5, intent: 'positive' } },
  { name: 'accepts, and stays silent', accepts: 10 },
  { name: 'does not exist', bounces: true },
  {
    name: 'is out of office',
    accepts: 60,
    replies: { afterStep: 1, hours: 26, intent: 'out_of_office', awayDays: 14 },
  },
  { name: 'writes something unclear', accepts: 12, replies: { afterStep: 3, hours: 2, intent: 'unclear' } },
  { name: 'never answers' },
  { name: 'is not interested', replies: { afterStep: 1, hours: 3, intent: 'negative' } },
  { name: 'books a meeting', accepts: 20, replies: { afterStep: 3, hours: 3, intent: 'meeting_booked' } },
  { name: 'writes something unclear', accepts: 12, replies: { afterStep: 3, hours: 3, intent: 'unclear' } },
  { name: 'accepts, and stays silent', accepts: 70 },
  { name: 'unsubscribes', unsubscribes: { afterStep: 1, hours: 2 } },
  { name: 'never answers' },
  { name: 'names a colleague', replies: { afterStep: 1, hours: 30, intent: 'referral' } },
  { name: 'accepts, and stays silent', accepts: 24 },
  { name: 'is stopped by Sam', stopped: { afterStep: 2, hours: 20 } },
  { name: 'never answers' },
  { name: 'writes something unclear', accepts: 12, replies: { afterStep: 1, hours: 150, intent: 'unclear' } },
  { name: 'accepts, and stays silent', accepts: 30 },
  { name: 'never answers' },
  { name: 'never answers' },
];

/** Those who are called; who has no `tasks` still waits for it. */
export const called: readonly Person[] = [
  { name: 'is interested', tasks: { hours: 20 }, replies: { afterStep: 2, hours: 4, intent: 'positive' } },
  { name: 'waits for the call' },
  { name: 'cannot be reached', tasks: { hours: 48, skip: true } },
  { name: 'waits for the call' },
  { name: 'never answers', tasks: { hours: 20 } },
  { name: 'waits for the call' },
  { name: 'never answers', tasks: { hours: 44 } },
  { name: 'waits for the call' },
];

/** What the unclear ones write, each in turn. */
export const unclear: readonly string[] = [
  'Hello Sam,\n\nwe looked at something like this two years ago and it went nowhere. What is different now? And does it read tickets in French as well?\n\nBest regards',
  'Hm. Is this about the support desk, or the warehouse line? I only run the second.',
  'Could you send me the numbers you mention for a team of our size? I would have to show them to my director first.',
];

/** The event's visitors: one of whom nothing is known to write about, one whose message may or may not have left. */
export const visitors = [
  {
    email: 'mara.lindqvist@fjordline.example',
    firstName: 'Mara',
    lastName: 'Lindqvist',
    jobTitle: 'Service Lead',
    company: 'Fjordline',
    recentActivity: 'asked how to read tickets in four languages',
  },
  {
    email: 'tomas.pereira@azulejo-homes.example',
    firstName: 'Tomás',
    lastName: 'Pereira',
    jobTitle: 'Operations Director',
    company: 'Azulejo Homes',
  },
  {
    email: 'ines.vogel@brueckner-parts.example',
    firstName: 'Ines',
    lastName: 'Vogel',
    jobTitle: 'Head of After-sales',
    company: 'Brückner Parts',
    recentActivity: 'told the story of your spare-parts hotline',
  },
];

/** The message to this address is cut after its body: nobody can say whether it arrived. */
export const CUT = 'ines.vogel@brueckner-parts.example';

export const eventTemplate = {
  name: 'After the spring fair: two short notes',
  summary: 'For people who talked to us at the fair.',
  language: 'en',
  timezone: 'Europe/Paris',
  daily_leads_target: 10,
  approval_mode: 'AUTOPILOT',
  schedule: {
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    hours: [{ start: '09:00', end: '17:00' }],
  },
  sender: { name: 'Sam Sender', job_title: 'Partnerships, Northwind' },
  steps: [
    {
      kind: 'email',
      name: 'Thank you',
      subject: 'Good to meet you, {{first_name}}',
      body: 'Hi {{first_name}},\n\nat the fair you {{recent_activity}}. I promised you the short guide that we wrote about it: tell me where to send it.',
    },
    {
      kind: 'email',
      name: 'The guide',
      delay: { value: 4, unit: 'business_days' },
      subject: '',
      body: 'Hi {{first_name}},\n\nthe offer stands: a word from you, and the guide is on its way.',
    },
  ],
};

/** Not ready yet: the editor lists what is missing. */
export const draftTemplate = {
  name: 'Renewals: a note before the year ends',
  timezone: 'America/New_York',
  schedule: { days: ['mon', 'tue', 'wed', 'thu'], hours: [{ start: '08:30', end: '16:00' }] },
  sender: { name: 'Robin Keller' },
  steps: [
    { kind: 'email', name: 'First note', subject: '', body: 'Hi {{first_name}},\n\nyour year with us ends soon.' },
    { kind: 'linkedin_message', name: 'Reminder', delay: { value: 120, unit: 'days' }, body: 'Hi {{first_name}}' },
  ],
};

/** A file with rows of every fate. */
export const mixedFile = [
  'Work email,First name,Last name,Title,Company,LinkedIn,Favourite tool',
  'lea.hoffmann@kantine-nord.example,Lea,Hoffmann,Head of Support,Kantine Nord,,Zendesk',
  'paul.okafor@lagoon-freight.example,Paul,Okafor,Operations Manager,Lagoon Freight,https://www.linkedin.com/in/paul-okafor-example,Notion',
  'zoe.akerlund@nordlys-logistics.example,Zoë,Åkerlund,VP Operations,Nordlys Logistics,,Notion',
  'mara.lindqvist@fjordline.example,Mara,Lindqvist,Service Lead,Fjordline,,',
  'PAUL.OKAFOR@lagoon-freight.example,Paul,Okafor,Operations Manager,Lagoon Freight,,Notion',
  'buyer@rival-tools.example,Chris,Doe,Buyer,Rival Tools,,',
  'no address here,Noor,Haddad,Support Lead,Cedar Travel,,Intercom',
  ',Yuki,Tanaka,Customer Care Director,Hoshi Living,https://www.linkedin.com/in/yuki-tanaka-example,Airtable',
].join('\r\n');
