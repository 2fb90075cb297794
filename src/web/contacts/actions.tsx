import { IconArrowMerge, IconBan, IconDownload, IconMailForward, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { ContactDetailShown } from '../../api/shapes/contact-details.ts';
import { isAboutPoint } from '../../domain/suppression.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { confirm } from '../shell/dialog.tsx';
import { MergeDialog } from './merge.tsx';
import { nameOf } from './names.ts';

type Ended = ContactDetailShown & { ended_sequences: number };

const touches = ['contacts', 'sequences', 'leads', 'tasks', 'suppressions', 'counts'] as const;
const isOpen = ({ sequences }: ContactDetailShown) => sequences.some(({ ended_at }) => ended_at === null);

/** Never contact again, take away everything that is held, forget: the last two are what the law calls export and erasure. */
export function ContactActions({ contact }: { contact: ContactDetailShown }) {
  const name = nameOf(contact);
  const [isMerging, setMerging] = useState(false);
  const suppress = useAction({
    act: () => post<Ended>(`/v1/contacts/${contact.id}/suppress`),
    done: ({ ended_sequences }) =>
      `${name} is never contacted again.${ended_sequences > 0 ? ` ${counted(ended_sequences, 'open sequence')} ended.` : ''}`,
    touches,
  });
  const erase = useAction({
    act: () => post<Ended>(`/v1/contacts/${contact.id}/erase`),
    done: () => `Erased ${name}.`,
    touches,
  });
  const reach = useAction({
    act: () => post<ContactDetailShown>(`/v1/contacts/${contact.id}/reach-otherwise`),
    done: ({ is_suppressed }) =>
      is_suppressed
        ? `${name} may be reached at another address: choose under Known by what is written to.`
        : `${name} may be reached at another address.`,
    touches,
  });
  const erased = contact.erased_at === null ? null : 'Nothing is known of them any more';
  return (
    <>
      <ActionButton
        variant="default"
        scope="contacts:write"
        why={erased ?? (contact.is_suppressed ? 'They are on the suppression list already' : null)}
        leftSection={<IconBan size={16} aria-hidden />}
        isBusy={suppress.isBusy}
        onClick={() => void askToSuppress(contact).then((yes) => (yes ? suppress.run() : undefined))}
      >
        Never contact again
      </ActionButton>
      {isReachableOtherwise(contact) && (
        <ActionButton
          variant="default"
          scope="contacts:write"
          leftSection={<IconMailForward size={16} aria-hidden />}
          isBusy={reach.isBusy}
          onClick={() => void askToReach(contact).then((yes) => (yes ? reach.run() : undefined))}
        >
          Reach at another address
        </ActionButton>
      )}
      <ActionButton
        variant="default"
        scope="contacts:write"
        why={erased}
        leftSection={<IconArrowMerge size={16} aria-hidden />}
        onClick={() => setMerging(true)}
      >
        Merge
      </ActionButton>
      {isMerging && <MergeDialog contact={contact} onClose={() => setMerging(false)} />}
      <ActionButton
        variant="default"
        scope="contacts:read"
        why={erased}
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={() => download(contact.id)}
      >
        Export
      </ActionButton>
      <ActionButton
        variant="default"
        color="red"
        scope="contacts:write"
        why={erased}
        leftSection={<IconTrash size={16} aria-hidden />}
        isBusy={erase.isBusy}
        onClick={() => void askToErase(contact).then((yes) => (yes ? erase.run() : undefined))}
      >
        Erase
      </ActionButton>
    </>
  );
}

/** Mail to an address of theirs failed or was called spam, and nobody wished them to be left alone. */
const isReachableOtherwise = ({ suppressions, reachable_since }: ContactDetailShown): boolean =>
  suppressions.length > 0 &&
  suppressions.every(({ reason }) => isAboutPoint(reason)) &&
  suppressions.some(({ created_at }) => reachable_since === null || created_at > reachable_since);

const askToReach = (contact: ContactDetailShown) =>
  confirm({
    title: `Reach ${nameOf(contact)} at another address?`,
    body: (
      <>
        {contact.suppressions.map(({ value }) => value).join(' and ')} stays on the suppression list and is never
        written to. Campaigns may write to {nameOf(contact)} by whatever else they are known.
      </>
    ),
    verb: 'Reach at another address',
  });

/** The answer is a file; the page stays. */
function download(id: string): void {
  const link = document.createElement('a');
  link.href = `/v1/contacts/${id}/export`;
  link.download = `contact-${id}.json`;
  link.click();
}

const waysOf = ({ email, linkedin_profile }: ContactDetailShown): string =>
  [email, linkedin_profile === null ? null : `in/${linkedin_profile}`].filter((way) => way !== null).join(' and ');

const askToSuppress = (contact: ContactDetailShown) =>
  confirm({
    title: `Never contact ${nameOf(contact)} again?`,
    body: (
      <>
        {waysOf(contact)} goes on the suppression list.{' '}
        {isOpen(contact) && 'Their open sequence ends as Stopped early. '}
        No campaign writes to them from now on, whoever imports them. Settings, Suppressions takes it back.
      </>
    ),
    verb: 'Never contact again',
    isDangerous: true,
  });

const askToErase = (contact: ContactDetailShown) =>
  confirm({
    title: `Erase ${nameOf(contact)}?`,
    body: (
      <>
        Their name, addresses and details, {counted(contact.messages.length, 'message')} and the copy of{' '}
        {counted(contact.sequences.length, 'sequence')} are removed for good.{' '}
        {isOpen(contact) && 'Their open sequence ends as Stopped early, and its tasks are dismissed. '}
        Only {waysOf(contact)} stays on the suppression list, so that nobody contacts them again. Mail that lies in your
        mailbox stays there. No undo.
      </>
    ),
    verb: 'Erase',
    isDangerous: true,
    tick: `Erase ${nameOf(contact)} for good`,
  });
