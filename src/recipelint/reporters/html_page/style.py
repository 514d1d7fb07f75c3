"""The style sheet of the HTML report. Colours have a contrast of at least 4.5 to 1 on their ground
(WCAG 2.2, success criterion 1.4.3) in light and in dark."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f8fa; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0;
  --link: #0969da; --error: #b42318; --warning: #8a5a00; --info: #0a5bb8; --none: #1a6b34;
  --error-mark: #ffd7d5; --warning-mark: #fff1b8; --info-mark: #d6ebff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --panel: #161b22; --ink: #e6edf3; --faint: #9198a1; --line: #30363d;
    --link: #58a6ff; --error: #ff8a80; --warning: #e3b341; --info: #79c0ff; --none: #56d364;
    --error-mark: #6e1f1b; --warning-mark: #5a4300; --info-mark: #0c3a6b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem; max-width: 72rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 1.6rem; margin: 0; }
h2 { font: 600 1.15rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
p { margin: .35rem 0; }
nav ul { list-style: none; padding: 0; }
nav li { margin: .2rem 0; }
nav a, code, .source { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.faint { color: var(--faint); }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid currentColor;
  border-radius: 1em; font: 600 .78rem/1.5 system-ui, sans-serif; white-space: nowrap; }
.badge.error { color: var(--error); } .badge.warning { color: var(--warning); }
.badge.info { color: var(--info); } .badge.none { color: var(--none); }
.source { border: 1px solid var(--line); border-radius: 6px; padding: .5rem 0;
  background: var(--panel); font-size: .85rem; }
.line { display: flex; line-height: 1.55; }
.number { flex: none; width: 4.5em; padding-right: 1em; text-align: right; color: var(--faint);
  user-select: none; }
.line code { white-space: pre-wrap; tab-size: 4; min-width: 0; padding-right: 1em; }
.gap { padding-left: 3em; color: var(--faint); }
mark { color: inherit; border-radius: 2px; border-bottom: 2px solid; padding-bottom: 2px; }
.finding code, .finding p code { font-size: .92em; background: var(--panel); padding: 0 .2em; }
mark.error { background: var(--error-mark); border-color: var(--error); }
mark.warning { background: var(--warning-mark); border-color: var(--warning); }
mark.info { background: var(--info-mark); border-color: var(--info); }
.finding { margin: .4rem 1rem .8rem 5em; padding: .6rem .9rem; background: var(--page);
  border: 1px solid var(--line); border-left: 4px solid; border-radius: 4px;
  font: .92rem/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
.finding.error { border-left-color: var(--error); }
.finding.warning { border-left-color: var(--warning); }
.finding.info { border-left-color: var(--info); }
.finding ul { margin: .2rem 0; padding-left: 1.4em; }
.message { font-size: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; font-size: .88rem; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th { font-weight: 500; } thead th { color: var(--faint); }
details { margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
svg { max-width: 100%; height: auto; }
footer { margin-top: 3rem; color: var(--faint); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: .75rem; } .finding { margin-left: .5rem; margin-right: .5rem; }
  .number { width: 3em; }
}
@media print { .finding { break-inside: avoid; } }
"""
