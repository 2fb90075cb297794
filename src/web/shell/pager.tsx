import { Button, Group, Text } from '@mantine/core';

interface PagerProps {
  page: number;
  totalPages: number;
  totalCount: number;
  /** "sequences". */
  noun: string;
  onPage: (page: number) => void;
}

/** Below a list that has more than one page. */
export const Pager = ({ page, totalPages, totalCount, noun, onPage }: PagerProps) => (
  <Group justify="space-between" mt="sm" component="nav" aria-label={`Pages of ${noun}`}>
    <Text size="sm" c="dimmed">
      {totalCount.toLocaleString('en')} {totalCount === 1 ? singular(noun) : noun}
      {totalPages > 1 && `, page ${page} of ${totalPages}`}
    </Text>
    {totalPages > 1 && (
      <Group gap="xs">
        <Button variant="default" size="xs" disabled={page <= 1} onClick={() => onPage(page - 1)}>
          Previous
        </Button>
        <Button variant="default" size="xs" disabled={page >= totalPages} onClick={() => onPage(page + 1)}>
          Next
        </Button>
      </Group>
    )}
  </Group>
);

/** "reply" of "replies". */
const singular = (noun: string): string => noun.replace(/ies$/, 'y').replace(/s$/, '');
