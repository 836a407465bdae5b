/* The course as a list: sections, their pages and questions, the glossary; search; what has faults. */
import { h, icon } from "../page/dom.js";
import { bench, on } from "./bench.js";
import { plural } from "./words.js";

const closed = new Set();
let wanted = "";
let onlyFaults = false;
let go = () => {};

export function mountList(place, open) {
  go = open;
  const search = h("input", { type: "search", class: "field", placeholder: "Find a question", "aria-label": "Find a question", dataset: { testid: "search" }, on: { input: () => { wanted = search.value.trim().toLowerCase(); draw(); } } });
  const faulty = h("label", { class: "tick-line" }, h("input", { type: "checkbox", dataset: { testid: "only-faults" }, on: { change: (event) => { onlyFaults = event.target.checked; draw(); } } }), " Only what has faults");
  const rows = h("div", { class: "rows", dataset: { testid: "rows" } });
  place.append(h("div", { class: "list-head" }, search, faulty), rows);
  place.addEventListener("keydown", walk);
  const draw = () => {
    const at = rows.scrollTop, focused = document.activeElement?.dataset?.row;
    rows.replaceChildren(...(bench.tree ? drawn() : [h("p", { class: "note", text: "No course is open." })]));
    rows.scrollTop = at;
    if (focused) rows.querySelector(`[data-row="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  };
  on("tree open state moved", draw);
  draw();
}

/** Up and down walk through the list. */
function walk(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll("[data-row], summary")].filter((row) => row.offsetParent);
  const next = rows[rows.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function drawn() {
  const tree = bench.tree;
  const ofFiles = tree.faults.filter((fault) => fault.question === null);
  const all = [courseRow(ofFiles), ...tree.sections.map(sectionRows), termRows()].filter(Boolean);
  return all.length > 1 ? all : [...all, h("p", { class: "note", text: wanted || onlyFaults ? "Nothing matches." : "No questions yet. Press “New question”." })];
}

function courseRow(faults) {
  if (wanted) return null;
  const here = bench.open?.kind === "course";
  return h("button", { type: "button", class: here ? "row here" : "row", dataset: { row: "course" }, on: { click: () => go({ kind: "course" }) } },
    icon("book", 16), h("span", { class: "row-label", text: "The whole course" }), badge(faults.length, faults.some((fault) => fault.level !== "warning")));
}

function sectionRows(section) {
  const questions = section.questions.filter((one) => (!onlyFaults || one.faults) && (!wanted || `${one.label} ${one.id}`.toLowerCase().includes(wanted)));
  const pages = onlyFaults ? [] : section.pages.map((title, number) => ({ title, number })).filter((one) => !wanted || one.title.toLowerCase().includes(wanted));
  if (!questions.length && !pages.length) return wanted || onlyFaults ? null : group(section, [h("p", { class: "note", text: "No questions yet." })], 0);
  const rows = [
    ...pages.map((page) => pageRow(section, page)),
    ...questions.map(questionRow),
  ];
  return group(section, rows, section.questions.reduce((sum, one) => sum + (one.faults ? 1 : 0), 0));
}

function group(section, rows, faults) {
  const details = h("details", { class: "group", open: wanted || onlyFaults || !closed.has(section.name) },
    h("summary", {}, h("span", { class: "group-name", text: section.title }), h("small", { text: String(section.questions?.length ?? rows.length) }), badge(faults, false)), rows);
  details.addEventListener("toggle", () => (details.open ? closed.delete(section.name) : closed.add(section.name)));
  return details;
}

function pageRow(section, page) {
  const here = bench.open?.kind === "page" && bench.open.section === section.id && bench.open.page === page.number;
  return h("button", { type: "button", class: here ? "row here" : "row", dataset: { row: `page ${section.id} ${page.number}` }, on: { click: () => go({ kind: "page", section: section.id, page: page.number, title: page.title }) } },
    icon("file", 16), h("span", { class: "row-label", text: page.title }));
}

function questionRow(one) {
  const open = bench.open;
  const here = open?.kind === "question" && open.file === one.file && open.index === one.index;
  return h("button", { type: "button", class: here ? "row here" : "row", "aria-current": here ? "true" : null, title: one.label, dataset: { row: `${one.file} ${one.index}`, testid: "question-row" }, on: { click: () => go({ kind: "question", file: one.file, index: one.index }) } },
    h("span", { class: "row-label", text: one.label }), here && open.changed && h("span", { class: "unsaved", title: "Not saved yet", text: "●" }), badge(one.faults, one.left_out));
}

function termRows() {
  const terms = onlyFaults ? [] : bench.tree.terms.filter((term) => !wanted || term.name.toLowerCase().includes(wanted));
  if (!terms.length) return null;
  return group({ name: "\u0000glossary", title: "Glossary" }, terms.map((term) => {
    const here = bench.open?.kind === "term" && bench.open.term === term.id;
    return h("button", { type: "button", class: here ? "row here" : "row", dataset: { row: `term ${term.id}` }, on: { click: () => go({ kind: "term", term: term.id, title: term.name }) } }, h("span", { class: "row-label", text: term.name }));
  }), 0);
}

function badge(count, grave) {
  return count > 0 && h("span", { class: grave ? "badge grave" : "badge", text: plural(count, "fault") });
}
