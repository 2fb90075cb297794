/**
 * A mail as it was written: served with a policy of its own, in a frame that may do nothing. Its height is ours to
 * choose, for nothing in there can tell us.
 */
export const MailFrame = ({ src, title }: { src: string; title: string }) => (
  <iframe
    src={src}
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
