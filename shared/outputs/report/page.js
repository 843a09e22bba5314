"use strict";
const controls = document.getElementById("controls");
const find = document.getElementById("find");
const show = document.getElementById("show");
const found = document.getElementById("found");
const rows = [...document.querySelectorAll("tbody tr")].map((row) => ({
  row, text: row.textContent.toLowerCase(),
}));

function filter() {
  const wanted = find.value.trim().toLowerCase();
  let shown = 0;
  for (const { row, text } of rows) {
    row.hidden = !text.includes(wanted) || (show.value && !row.matches(show.value));
    if (!row.hidden) shown += 1;
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector("tbody tr:not([hidden])");
  }
  found.textContent = wanted || show.value ? `${shown} of ${rows.length} shown` : "";
}

function key(row, column) {
  const cell = row.cells[column];
  if (!cell.classList.contains("number")) return cell.textContent;
  return "sort" in cell.dataset ? Number(cell.dataset.sort) : null;
}

function compare(a, b) {
  if (a === null || b === null) return 0;
  return typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
}

function sort(head) {
  const direction = head.ariaSort === "ascending" ? -1 : 1;
  const body = head.closest("table").tBodies[0];
  const keyed = [...body.rows].map((row) => [key(row, head.cellIndex), row]);
  // What is not known goes last, whichever way round.
  keyed.sort(([a], [b]) => (a === null) - (b === null) || direction * compare(a, b));
  body.append(...keyed.map(([, row]) => row));
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.ariaSort = direction === 1 ? "ascending" : "descending";
}

for (const head of document.querySelectorAll("th[data-sortable]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.addEventListener("click", () => sort(head));
  head.replaceChildren(button);
}
// A signature for the account opens the other containers, too; one for the page alone does not.
const query = new URLSearchParams(location.search);
if (query.has("sig")) {
  const opensAll = query.has("ss");
  for (const anchor of document.querySelectorAll('a[href^="../"]')) {
    if (opensAll) anchor.href += location.search;
    else anchor.removeAttribute("href");
  }
  document.getElementById("shut").hidden = opensAll;
}
controls.addEventListener("input", filter);
controls.addEventListener("submit", (event) => event.preventDefault());
controls.hidden = rows.length < 2;
