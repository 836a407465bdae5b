/* What the checker says: of the open question, and of the whole course. */
import { h } from "../page/dom.js";
import { bench, on } from "./bench.js";
import { called, plural, sentence, weight } from "./words.js";

const MOST = 200;
let which = "question";

export function mountBelow(place, go) {
  const tab = (name) => h("button", { type: "button", role: "tab", class: "below-tab", dataset: { testid: `faults-${name}` }, on: { click: () => { which = name; draw(); } } });
  const tabs = { question: tab("question"), course: tab("course") };
  const body = h("div", { class: "below-body", dataset: { testid: "faults" } });
  place.append(h("div", { class: "below-head", role: "tablist", "aria-label": "Faults" }, tabs.question, tabs.course), body);

  function draw() {
    const question = bench.open?.kind === "question";
    const mine = question ? bench.found.faults : [], all = bench.tree?.faults ?? [];
    tabs.question.textContent = `This question · ${mine.length ? plural(mine.length, "fault") : "no faults"}`;
    tabs.question.hidden = !question;
    tabs.course.hidden = !bench.tree;
    tabs.course.textContent = `Whole course · ${all.length ? plural(all.length, "fault") : "no faults"}`;
    const now = question ? which : "course";
    for (const [name, button] of Object.entries(tabs)) button.setAttribute("aria-selected", String(name === now));
    const faults = now === "question" ? mine : all;
    body.replaceChildren(...(faults.length ? [h("ul", {}, faults.slice(0, MOST).map((fault) => h("li", {}, now === "question" ? ofQuestion(fault) : ofCourse(fault, go))))] : [h("p", { class: "note", text: bench.tree ? "Nothing to mend." : "" })]));
    if (faults.length > MOST) body.append(h("p", { class: "note", text: `and ${(faults.length - MOST).toLocaleString("en")} more` }));
  }
  on("tree open found", draw);
  draw();
}

function ofQuestion(fault) {
  const jump = () => {
    const target = document.getElementById(`f-${fault.field}`) ?? document.querySelector(`#middle [data-at="${CSS.escape(fault.field)}"] .field`);
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  };
  return h("button", { type: "button", class: `said ${weight(fault, bench.open)}`, on: { click: jump } }, h("strong", { text: `${called(fault.field, bench.open.fields.form)}: ` }), sentence(fault));
}

function ofCourse(fault, go) {
  const where = h("small", { text: `${fault.file}, line ${fault.line}` });
  const words = [h("strong", { text: fault.field ? `${called(fault.field)}: ` : "" }), sentence(fault), " ", where];
  if (fault.question === null) return h("span", { class: `said ${weight(fault)}` }, words);
  return h("button", { type: "button", class: `said ${weight(fault)}`, on: { click: () => go({ kind: "question", file: fault.file, index: fault.question }) } }, words);
}
