import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from './page.tsx';
import { Empty } from './query-state.tsx';

/** No such path, or nothing of that id in this workspace. */
export const NotFound = () => (
  <Page title="Not found">
    <Empty
      title="Nothing is here"
      hint="It may have been removed, or it belongs to another workspace."
      action={<Button renderRoot={(props) => <Link to="/campaigns" {...props} />}>Go to Campaigns</Button>}
    />
  </Page>
);
