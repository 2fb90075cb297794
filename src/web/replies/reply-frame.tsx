/**
 * What a stranger wrote, as they wrote it: served with a policy of its own, in a frame that may do nothing. Its height is
 * ours to choose, for nothing in there can tell us.
 */
export const ReplyFrame = ({ id, title }: { id: string; title: string }) => (
  <iframe
    src={`/app/api/replies/${id}/html`}
    title={title}
    sandbox=""
    referrerPolicy="no-referrer"
    style={{
      display: 'block',
      width: '100%',
      height: 320,
      marginTop: 6,
      border: '1px solid var(--line)',
      borderRadius: 8,
      background: '#fff',
    }}
  />
);
