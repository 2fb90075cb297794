/** One quiet style for both local pages: system type, two greys and one accent, light and dark, cards on a phone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #16181b);
  --sheet: light-dark(#ffffff, #1f2226);
  --ink: light-dark(#22262b, #e6e7e9);
  --soft: light-dark(#626a73, #9aa2ab);
  --line: light-dark(#e4e2dc, #31353b);
  --accent: light-dark(#1f6f5c, #7fcbb5);
  --wash: light-dark(#e8f2ee, #23332f);
  --warn: light-dark(#8a4b08, #e8b97a);
  --warn-wash: light-dark(#fbf1e2, #362b1d);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  -webkit-text-size-adjust: 100%;
}
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header, main { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: baseline; padding-top: 2rem; padding-bottom: 1.25rem; }
header h1 { flex: 1 1 auto; }
main { padding-bottom: 4rem; }
main > h2:first-child { margin-top: 0.5rem; }
h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -0.01em; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h1 a { color: inherit; text-decoration: none; }
h2 { font-size: 0.8rem; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--soft); margin: 2rem 0 0.6rem; }
h3 { font-size: 1.05rem; font-weight: 620; margin: 0; }
p { margin: 0.5rem 0; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; }
.empty { padding: 3.5rem 1.5rem; text-align: center; color: var(--soft); }
.empty strong { display: block; color: var(--ink); font-size: 1.1rem; font-weight: 620; margin-bottom: 0.25rem; }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.tag {
  display: inline-block; padding: 0.05rem 0.55rem; border-radius: 999px; font-size: 0.8rem; white-space: nowrap;
  background: var(--wash); color: var(--accent); text-decoration: none;
}
.tag.warn { background: var(--warn-wash); color: var(--warn); }
.tag.plain { background: none; border: 1px solid var(--line); color: var(--soft); }

form.search { display: flex; gap: 0.5rem; }
input, button, select, .person textarea {
  font: inherit; color: inherit; border: 1px solid var(--line); border-radius: 8px; padding: 0.4rem 0.8rem; background: var(--sheet);
}
input { min-width: 0; width: 16rem; }
button { cursor: pointer; }
button:hover { border-color: var(--soft); }
button.main { background: var(--accent); border-color: var(--accent); color: light-dark(#ffffff, #10221d); }
button.main:hover { filter: brightness(1.08); }

ol.list { list-style: none; margin: 0; padding: 0; overflow: hidden; }
ol.list li + li { border-top: 1px solid var(--line); }
ol.list a.row {
  display: grid; grid-template-columns: 9.5rem minmax(0, 2fr) minmax(0, 3fr) 4rem; gap: 0.1rem 1.25rem; align-items: baseline;
  padding: 0.8rem 1.1rem; color: inherit; text-decoration: none;
}
ol.list a.row:hover { background: var(--wash); }
ol.list a.row:focus-visible { outline-offset: -3px; }
ol.list .cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
ol.list .subject { grid-column: 2 / 4; font-weight: 600; }
ol.list .thread { text-align: right; }
ol.list time, ol.list .small { font-size: 0.875rem; color: var(--soft); }
ol.list [aria-current] { background: var(--wash); }
ol.list [aria-current] .tag { background: var(--sheet); }
nav.pages { display: flex; justify-content: space-between; margin-top: 1rem; }

dl.facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.35rem 1.25rem; margin: 0; padding: 1rem 1.1rem; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
pre.text {
  margin: 0; padding: 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit;
}
iframe { display: block; width: 100%; height: 26rem; border: 0; border-radius: 11px; background: #ffffff; color-scheme: light; }
.resize { resize: vertical; overflow: hidden; height: 26rem; min-height: 8rem; }
.resize iframe { height: 100%; }
details summary { cursor: pointer; padding: 0.8rem 1.1rem; color: var(--soft); }
details[open] summary { border-bottom: 1px solid var(--line); }
details dl.facts { font: 0.85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }

.people { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 1rem; align-items: start; }
.person { padding: 1.1rem; }
.person .who { display: flex; gap: 0.85rem; align-items: center; }
.person .who > div { min-width: 0; flex: 1; }
.person .face {
  flex: none; width: 2.75rem; height: 2.75rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--wash); color: var(--accent); font-weight: 620;
}
.person .buttons { display: flex; gap: 0.5rem; margin-top: 0.9rem; }
.person .heard, .person .said {
  margin: 0.75rem 2rem 0 0; padding: 0.6rem 0.85rem; border-radius: 10px; background: var(--ground); white-space: pre-wrap; overflow-wrap: anywhere;
}
.person .said { background: var(--wash); margin: 0.75rem 0 0 2rem; }
.person .said + .small, .person .heard + .small { margin: 0.2rem 0 0; }
.person .said + .small { text-align: right; }
.person details.reply { margin-top: 0.9rem; border-top: 1px solid var(--line); }
.person details.reply summary { padding: 0.7rem 0 0; color: var(--accent); }
.person details.reply[open] summary { border-bottom: 0; padding-bottom: 0.6rem; }
.person details.reply form { display: grid; gap: 0.6rem; justify-items: start; }
.person textarea { width: 100%; resize: vertical; }
.person .ready { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.person .ready button { font-size: 0.875rem; padding: 0.25rem 0.7rem; border-radius: 999px; background: none; }
.account { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: center; padding: 0.8rem 1.1rem; }
.account + .account { border-top: 1px solid var(--line); }
.account .tags { flex: 1 1 auto; display: flex; flex-wrap: wrap; gap: 0.4rem; }
.account .buttons, .account form { display: flex; flex-wrap: wrap; gap: 0.5rem; }

@media (max-width: 40rem) {
  header { padding-top: 1.25rem; }
  form.search, form.search input { width: 100%; }
  ol.list a.row { grid-template-columns: minmax(0, 1fr) auto; }
  ol.list .subject, ol.list .cut { grid-column: 1 / -1; }
  ol.list time { grid-column: 1; grid-row: 1; }
  ol.list .thread { grid-column: 2; grid-row: 1; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: 0.6rem; }
}
`;
