// The look that every page of the gateway shares; light and dark follow the reader's system.

export const BASE_STYLE = `
:root {
  --ground: #f6f7f9; --card: #ffffff; --ink: #16202c; --soft: #566373; --line: #dfe4ea; --code: #f1f4f7;
  --accent: #0b6b74; --accent-ink: #ffffff; --good: #14783f; --good-ground: #e3f5ea; --bad: #b42318; --bad-ground: #fdecea;
  --warn: #8a5a00; --warn-ground: #fff4da;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e141b; --card: #161e28; --ink: #e8edf3; --soft: #9aa8b8; --line: #2a3542; --code: #0f1720;
    --accent: #4fc3cf; --accent-ink: #06262a; --good: #63d492; --good-ground: #12301f; --bad: #ff8a80; --bad-ground: #3a1916;
    --warn: #f2c14e; --warn-ground: #33280d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.25rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0; }
h2 { font-size: 1.06rem; margin: 2.25rem 0 .8rem; }
p { margin: .5rem 0; }
a { color: var(--accent); text-underline-offset: .18em; }
code, pre, .mono { font-family: var(--mono); font-size: .9em; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.2rem; }
.pill { display: inline-flex; align-items: center; gap: .45em; border-radius: 99px; padding: .16rem .7rem; font-size: .85rem; font-weight: 600; white-space: nowrap; background: var(--code); color: var(--soft); }
.pill::before { content: ""; width: .55em; height: .55em; border-radius: 50%; background: currentColor; }
.good { background: var(--good-ground); color: var(--good); }
.bad { background: var(--bad-ground); color: var(--bad); }
.warn { background: var(--warn-ground); color: var(--warn); }
.notice { border-radius: 10px; padding: .7rem 1rem; margin: 1rem 0; overflow-wrap: anywhere; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem 1rem; }
.top > :last-child { margin-left: auto; }
button { font: inherit; color: inherit; cursor: pointer; }
button:focus-visible, a:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; }
[hidden] { display: none !important; }
`
