import { Fragment } from 'react';

/** An http(s) address, without the full stop or bracket behind it. */
const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/;

/** Plain text with its http(s) addresses as links, each into a tab of its own. */
export function Linked({ text }: { text: string }) {
  let at = 0;
  return text.split(ADDRESS).map((part, place) => {
    at += part.length;
    return (
      <Fragment key={`${at} ${part}`}>
        {place % 2 === 1 ? (
          <a href={part} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ) : (
          part
        )}
      </Fragment>
    );
  });
}
