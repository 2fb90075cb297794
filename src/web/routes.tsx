import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { isSignedOut, queryClient, whenSignedOut } from './client.ts';
import { AppFrame } from './shell/app-frame.tsx';
import { ErrorPage } from './shell/error-page.tsx';
import { NotFound } from './shell/not-found.tsx';
import { readSearch, type Search, writeSearch } from './shell/search-params.ts';
import { SettingsFrame } from './shell/settings-frame.tsx';
import { sessionQuery } from './shell/viewer.ts';

/** Every parameter is text; pages read theirs with `useFilters`, which knows what each may say. */
const validateSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

const root = createRootRoute({ component: Outlet, validateSearch, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./sign-in/sign-in.tsx'), 'SignIn'),
});

/** Everything but sign-in: who is not signed in goes there, and comes back to where they wanted to go. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: AppFrame,
  errorComponent: ErrorPage,
  notFoundComponent: NotFound,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: '/sign-in', search: { next: location.href } });
      throw error;
    }
  },
});

// `notFoundComponent` stands at each page: the router asks the one that threw, and no other.
const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/campaigns', replace: true });
  },
});

const templates = createRoute({
  getParentRoute: () => app,
  path: '/templates',
  component: lazyRouteComponent(() => import('./templates/list.tsx'), 'TemplateList'),
  notFoundComponent: NotFound,
});
const template = createRoute({
  getParentRoute: () => app,
  path: '/templates/$id',
  component: lazyRouteComponent(() => import('./templates/editor.tsx'), 'TemplateEditor'),
  notFoundComponent: NotFound,
});

const campaigns = createRoute({
  getParentRoute: () => app,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./campaigns/list.tsx'), 'CampaignList'),
  notFoundComponent: NotFound,
});
const campaign = createRoute({
  getParentRoute: () => app,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('./campaigns/campaign.tsx'), 'CampaignPage'),
  notFoundComponent: NotFound,
});
const campaignHome = createRoute({
  getParentRoute: () => campaign,
  path: '/',
  beforeLoad: ({ params: { id }, search }) => {
    throw redirect({ to: '/campaigns/$id/overview', params: { id }, search, replace: true });
  },
});
const campaignOverview = createRoute({
  getParentRoute: () => campaign,
  path: '/overview',
  component: lazyRouteComponent(() => import('./campaigns/overview.tsx'), 'CampaignOverview'),
  notFoundComponent: NotFound,
});
const campaignLeads = createRoute({
  getParentRoute: () => campaign,
  path: '/leads',
  component: lazyRouteComponent(() => import('./campaigns/leads.tsx'), 'CampaignLeads'),
  notFoundComponent: NotFound,
});
/** `$job`: an import's id, or `new`. */
const leadImport = createRoute({
  getParentRoute: () => campaign,
  path: '/leads/import/$job',
  component: lazyRouteComponent(() => import('./campaigns/import.tsx'), 'LeadImport'),
  notFoundComponent: NotFound,
});
const campaignSequences = createRoute({
  getParentRoute: () => campaign,
  path: '/sequences',
  component: lazyRouteComponent(() => import('./campaigns/sequences.tsx'), 'CampaignSequences'),
  notFoundComponent: NotFound,
});
const campaignSettings = createRoute({
  getParentRoute: () => campaign,
  path: '/settings',
  component: lazyRouteComponent(() => import('./campaigns/settings.tsx'), 'CampaignSettings'),
  notFoundComponent: NotFound,
});

const sequence = createRoute({
  getParentRoute: () => app,
  path: '/sequences/$id',
  component: lazyRouteComponent(() => import('./sequences/page.tsx'), 'SequencePage'),
  notFoundComponent: NotFound,
});
const tasks = createRoute({
  getParentRoute: () => app,
  path: '/tasks',
  component: lazyRouteComponent(() => import('./tasks/queue.tsx'), 'TaskQueue'),
  notFoundComponent: NotFound,
});
const replies = createRoute({
  getParentRoute: () => app,
  path: '/replies',
  component: lazyRouteComponent(() => import('./replies/queue.tsx'), 'ReplyQueue'),
  notFoundComponent: NotFound,
});
const contacts = createRoute({
  getParentRoute: () => app,
  path: '/contacts',
  component: lazyRouteComponent(() => import('./contacts/list.tsx'), 'ContactList'),
  notFoundComponent: NotFound,
});
const contact = createRoute({
  getParentRoute: () => app,
  path: '/contacts/$id',
  component: lazyRouteComponent(() => import('./contacts/contact.tsx'), 'ContactPage'),
  notFoundComponent: NotFound,
});
const accounts = createRoute({
  getParentRoute: () => app,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./accounts/list.tsx'), 'AccountList'),
  notFoundComponent: NotFound,
});

const settings = createRoute({ getParentRoute: () => app, path: '/settings', component: SettingsFrame });
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/workspace', replace: true });
  },
});
const workspace = createRoute({
  getParentRoute: () => settings,
  path: '/workspace',
  component: lazyRouteComponent(() => import('./settings/workspace.tsx'), 'WorkspaceSettings'),
  notFoundComponent: NotFound,
});
const members = createRoute({
  getParentRoute: () => settings,
  path: '/members',
  component: lazyRouteComponent(() => import('./settings/members.tsx'), 'MemberSettings'),
  notFoundComponent: NotFound,
});
const tokens = createRoute({
  getParentRoute: () => settings,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./settings/tokens.tsx'), 'TokenSettings'),
  notFoundComponent: NotFound,
});
const context = createRoute({
  getParentRoute: () => settings,
  path: '/context',
  component: lazyRouteComponent(() => import('./settings/context.tsx'), 'ContextSettings'),
  notFoundComponent: NotFound,
});
const suppressions = createRoute({
  getParentRoute: () => settings,
  path: '/suppressions',
  component: lazyRouteComponent(() => import('./settings/suppressions.tsx'), 'SuppressionSettings'),
  notFoundComponent: NotFound,
});
const audit = createRoute({
  getParentRoute: () => settings,
  path: '/audit',
  component: lazyRouteComponent(() => import('./settings/audit.tsx'), 'AuditLog'),
  notFoundComponent: NotFound,
});

const devMailbox = createRoute({
  getParentRoute: () => app,
  path: '/dev/mailbox',
  component: lazyRouteComponent(() => import('./dev/mailbox.tsx'), 'DevMailbox'),
  notFoundComponent: NotFound,
});
const devLinkedIn = createRoute({
  getParentRoute: () => app,
  path: '/dev/linkedin',
  component: lazyRouteComponent(() => import('./dev/linkedin.tsx'), 'DevLinkedIn'),
  notFoundComponent: NotFound,
});

const everyPage = root.addChildren([
  signIn,
  app.addChildren([
    home,
    templates,
    template,
    campaigns,
    campaign.addChildren([
      campaignHome,
      campaignOverview,
      campaignLeads,
      leadImport,
      campaignSequences,
      campaignSettings,
    ]),
    sequence,
    tasks,
    replies,
    contacts,
    contact,
    accounts,
    settings.addChildren([settingsHome, workspace, members, tokens, context, suppressions, audit]),
    devMailbox,
    devLinkedIn,
  ]),
]);

/** Every path of the page. What a path shows is loaded when it is first opened. */
export const router = createRouter({
  routeTree: everyPage,
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: ErrorPage,
});

whenSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname === '/sign-in') return;
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
  void router.navigate({ to: '/sign-in', search: { next: href } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
