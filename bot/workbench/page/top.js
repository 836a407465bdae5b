/* The bar on top: which course, and what can be done with all of it. */
import { h, icon } from "../page/dom.js";
import { themeButton } from "../page/theme.js";
import { bench, on } from "./bench.js";

const FORMATS = { csv: "Spreadsheet (CSV)", xlsx: "Spreadsheet (Excel)", gift: "GIFT (Moodle)", "moodle-xml": "Moodle XML", markdown: "Markdown", anki: "Anki", zip: "The whole course (zip)" };

export function mountTop(place, actions) {
  const course = h("select", { class: "field course", "aria-label": "Course", dataset: { testid: "course" }, on: { change: () => actions.choose(course.value) } });
  const button = (label, run, testid, style = "secondary") => h("button", { type: "button", class: `button ${style} small`, dataset: { testid }, on: { click: run } }, label);
  const exporting = h("select", { class: "field small", "aria-label": "Export the course as", dataset: { testid: "export" }, on: { change: () => { actions.exportAs(exporting.value); exporting.value = ""; } } });
  const whole = h("div", { class: "top-actions" },
    button("New question", actions.newQuestion, "new-question", "primary"), button("Play from here", actions.play, "play"), button("Import…", actions.importFile, "import"), exporting, button("New course…", actions.newCourse, "new-course"));
  place.append(h("h1", { class: "top-title" }, icon("book", 20), h("span", { text: "Workbench" })), course, whole, themeButton());
  const draw = () => {
    const names = bench.names;
    course.replaceChildren(...(names.here ? [] : [h("option", { value: "", text: "Choose a course" })]), ...names.courses.map((name) => h("option", { value: name, text: name, selected: name === names.here })));
    course.hidden = names.courses.length < 2;
    exporting.replaceChildren(h("option", { value: "", text: "Export…" }), ...names.formats.map((name) => h("option", { value: name, text: FORMATS[name] ?? name })));
    for (const one of whole.querySelectorAll("[data-testid=new-question], [data-testid=play], [data-testid=import], [data-testid=export]")) one.disabled = !bench.tree;
    document.title = bench.tree ? `${bench.tree.title} · Studyhall workbench` : "Studyhall workbench";
  };
  on("tree names", draw);
  draw();
}
