import { notFound, useParams } from '@tanstack/react-router';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The `$id` of the address; one that cannot be an id is the page's own 404. */
export function usePathId(): string {
  const { id } = useParams({ strict: false });
  if (id === undefined || !UUID.test(id)) throw notFound();
  return id;
}
