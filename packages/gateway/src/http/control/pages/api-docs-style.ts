// How the reference of the API looks: a list at the side, the endpoints beside it; on a phone the list folds away.

export const API_DOCS_STYLE = `
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 3; }
.frame { display: grid; grid-template-columns: 18rem minmax(0, 1fr); max-width: 90rem; margin: 0 auto; }
.frame main { max-width: none; padding: 2rem 2.5rem 5rem; min-width: 0; }
.lead { color: var(--soft); max-width: 48rem; }
.side { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 2rem 1rem 2rem 1.25rem; border-right: 1px solid var(--line); font-size: .9rem; }
.side-head { display: flex; justify-content: space-between; align-items: center; margin-bottom: .8rem; }
.menu { display: none; border: 1px solid var(--line); background: var(--card); border-radius: 8px; padding: .3rem .8rem; }
input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .4rem .7rem; width: 100%; }
.side h2 { font-size: .78rem; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); margin: 1.3rem 0 .3rem; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side a { display: flex; gap: .5rem; padding: .22rem .4rem; border-radius: 6px; color: var(--ink); text-decoration: none; }
.side a:hover { background: var(--code); }
.side a[aria-current] { background: var(--code); font-weight: 600; }
.side .verb { width: 3.1rem; flex: none; }
.verb { font-family: var(--mono); font-size: .72rem; font-weight: 700; letter-spacing: .02em; align-self: center; }
.GET { color: var(--good); } .POST { color: var(--accent); } .PATCH { color: var(--warn); } .DELETE { color: var(--bad); }
.tag > h2 { font-size: 1.3rem; margin: 2.6rem 0 .2rem; }
.operation { margin: 1rem 0; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 24rem); gap: .4rem 1.8rem; scroll-margin-top: 1rem; }
.operation > div { min-width: 0; }
.operation h3 { margin: 0; font-size: 1.08rem; }
.path { display: flex; gap: .6rem; flex-wrap: wrap; align-items: baseline; margin: .25rem 0 .6rem; }
.path code { overflow-wrap: anywhere; }
.operation h4 { margin: 1.1rem 0 .3rem; font-size: .78rem; text-transform: uppercase; letter-spacing: .05em; color: var(--soft); }
.fields { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
.fields li { border-bottom: 1px solid var(--line); padding: .4rem 0; }
.fields .fields { margin: .4rem 0 0 .2rem; border-left: 2px solid var(--line); border-top: 0; padding-left: .9rem; }
.fields .fields li:last-child { border-bottom: 0; }
.fields code { font-weight: 600; }
.type { color: var(--soft); font-size: .85rem; margin-left: .5rem; overflow-wrap: anywhere; }
.must { color: var(--bad); font-size: .78rem; margin-left: .5rem; }
.about { display: block; font-size: .9rem; color: var(--soft); }
.codes { display: grid; grid-template-columns: auto 1fr; gap: .2rem .9rem; font-size: .9rem; margin: 0; }
.codes dt { font-family: var(--mono); } .codes dd { margin: 0; color: var(--soft); }
.call { position: sticky; top: 1rem; align-self: start; border: 1px solid var(--line); border-radius: 10px; background: var(--code); overflow: hidden; }
.call .bar { display: flex; justify-content: space-between; align-items: center; padding: .35rem .5rem .35rem .9rem; border-bottom: 1px solid var(--line); font-size: .8rem; color: var(--soft); }
.call pre { margin: 0; padding: .8rem .9rem; overflow-x: auto; font-size: .84rem; line-height: 1.55; }
.copy { border: 1px solid var(--line); background: var(--card); border-radius: 7px; padding: .15rem .65rem; font-size: .8rem; }
.copy:hover { border-color: var(--accent); color: var(--accent); }
details > summary { cursor: pointer; color: var(--accent); font-size: .9rem; margin-top: .8rem; }
#schemas details { margin: .5rem 0; }
#schemas summary { font-family: var(--mono); font-size: .95rem; }
@media (max-width: 72rem) { .operation { grid-template-columns: minmax(0, 1fr); } .call { position: static; margin-top: .8rem; } }
@media (max-width: 52rem) {
  .frame { display: block; }
  .frame main { padding: 1.2rem 1rem 4rem; }
  .side { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem; }
  .menu { display: block; }
  #index[data-folded] { display: none; }
  .operation { padding: 1rem; }
}
`
