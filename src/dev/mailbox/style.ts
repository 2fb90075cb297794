/** What only the mailbox needs beside the style that both local pages share. */
export const MAILBOX_STYLE = `
#answer { scroll-margin-top: 1rem; }
.notice { scroll-margin-top: 6rem; padding: 0.8rem 1.1rem; margin: 0 0 1rem; border-radius: 12px; background: var(--wash); color: var(--ink); overflow-wrap: anywhere; }
.notice.warn { background: var(--warn-wash); color: var(--warn); }
.notice pre { margin: 0.4rem 0 0; white-space: pre-wrap; font: 0.85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.notice:focus { outline: none; }
header .button {
  border: 1px solid var(--line); border-radius: 8px; padding: 0.35rem 0.8rem; background: var(--sheet); text-decoration: none;
}
.subject .tag { font-weight: 400; margin-right: 0.35rem; }

.answers { padding: 1.1rem; display: grid; gap: 1.1rem; }
.answers form { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; }
.answers form.reply { display: grid; justify-items: start; }
.answers .kinds { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.1rem; border-top: 1px solid var(--line); padding-top: 1.1rem; }
.answers .kinds p { margin: 0 0 0.5rem; }
.answers label { font-weight: 600; }
.answers .kinds label { font-weight: 400; }
.answers button { min-height: 2.6rem; }
.answers input[type=date] { width: auto; min-height: 2.6rem; }
.answers button[disabled] { opacity: 0.55; cursor: default; }
textarea {
  font: inherit; color: inherit; border: 1px solid var(--line); border-radius: 8px; padding: 0.5rem 0.8rem; background: var(--sheet);
  width: 100%; min-height: 7rem; resize: vertical;
}
details pre.source {
  margin: 0; padding: 1.1rem; max-height: 30rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 0.85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
details + details { margin-top: 0.75rem; }
dl.facts ul { list-style: none; margin: 0; padding: 0; }
`;
