"""Style and script of the HTML page. Both stand in the page itself and are named by their hash in its
policy."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #fff; --panel: #f5f6f8; --ink: #1c2330; --soft: #525c6e; --line: #d5dae3; --link: #0b57d0;
  --critical: #a1062e; --high: #b3400a; --medium: #7a5b00; --low: #2f6a3c; --good: #1c6b3a; --bad: #a1062e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --panel: #1b212b; --ink: #e7eaf0; --soft: #a7b0c0; --line: #343d4c; --link: #8ab4f8;
    --critical: #ff8fa6; --high: #ffa877; --medium: #e6c35c; --low: #8fd19e; --good: #8fd19e; --bad: #ff8fa6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p, ul { margin: .25rem 0; }
ul { padding-left: 1.25rem; }
a { color: var(--link); overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.count { font-weight: 600; }
.verdict { margin: 1rem 0; padding: .75rem 1rem; background: var(--panel); border-left: .35rem solid
var(--line); } .verdict.good { border-color: var(--good); }
.verdict.bad { border-color: var(--bad); }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 1rem 0; list-style: none; }
.tiles li { flex: 1 1 6.5rem; padding: .5rem .75rem; background: var(--panel); border-radius: .35rem; }
.tiles strong { display: block; font-size: 1.4rem; line-height: 1.2; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium, .unknown { color:
var(--medium); } .low, .negligible { color: var(--low); } .good { color: var(--good); } .bad { color:
var(--bad); } .verdict.good, .verdict.bad { color: inherit; }
.word { font-weight: 600; white-space: nowrap; overflow-wrap: normal; }
.tag { padding: 0 .4rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .85em; white-space:
nowrap; } details { margin: .35rem 0; padding: .4rem .75rem; background: var(--panel); border-radius:
.35rem; } td details { margin: .1rem 0; padding: 0; background: none; }
td .soft { display: block; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.filter { display: flex; flex-wrap: wrap; gap: .75rem; margin: .75rem 0; }
.filter label { display: flex; gap: .4rem; align-items: center; }
input, select, th button { font: inherit; color: inherit; }
input, select { background: var(--page); border: 1px solid var(--soft); border-radius: .25rem; padding:
.2rem .4rem; } input { width: 14rem; max-width: 100%; }
th button { padding: 0; border: 0; background: none; font-weight: inherit; text-align: left; cursor:
pointer; } th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; font-size: .93rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid
var(--line);
  overflow-wrap: anywhere; }
th { white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; }
tr[hidden] { display: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
footer { margin-top: 2.5rem; padding-bottom: 2rem; color: var(--soft); font-size: .9rem; }
@media (max-width: 46rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td, caption { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 6.5rem 1fr; gap: .5rem; padding: .1rem 0; border: 0; }
  td::before { content: attr(data-label); color: var(--soft); }
  td:empty { display: none; }
}
@media print { details { break-inside: avoid; } .filter { display: none; } }
"""

SCRIPT = """
"use strict";
for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const text = (row, column) => row.cells[column].dataset.key || row.cells[column].textContent;
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((a, b) => compare(text(a, column), text(b, column)) * (down ? -1 : 1));
      body.append(...rows);
    });
  });
  const bar = document.createElement("div");
  bar.className = "filter";
  const label = document.createElement("label");
  const words = document.createElement("input");
  words.type = "search";
  label.append("Filter ", words);
  const shown = document.createElement("span");
  shown.setAttribute("role", "status");
  bar.append(label, shown);
  table.before(bar);
  const choose = () => {
    const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const all = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => all.includes(word));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = wanted.length ? count + " of " + rows.length + " shown" : "";
  };
  words.addEventListener("input", choose);
}
"""
