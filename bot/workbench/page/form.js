/* The form of a question. What is typed goes into `bench.open.fields` at once. */
import { h, icon, uniqueId } from "../page/dom.js";
import { bench, emit, on } from "./bench.js";
import { PROMISES, called, sentence, weight } from "./words.js";

const FORMS = { choice: "One right answer", several: "Several right answers", typed: "Typed answer", order: "Put in order" };
const LETTERS = "ABCDEFGHIJ";
let place = null;

export function mountForm(middle, actions) {
  place = h("div", { class: "form", dataset: { testid: "form" } });
  middle.append(place);
  addEventListener("resize", () => { for (const one of place.querySelectorAll("textarea")) fit(one); });
  on("open", () => draw(actions));
  on("redrawn", () => {
    const held = document.activeElement?.id, at = middle.scrollTop;
    draw(actions);
    middle.scrollTop = at;
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
  });
  on("found", showFaults);
  on("moved", () => { place.querySelector(".where").textContent = whereWords(); });
  on("fields state", () => {
    place.querySelector(".state")?.replaceChildren(stateWords());
    for (const one of place.querySelectorAll("[data-testid=discard]")) one.disabled = !bench.open.changed;
  });
}

const changed = () => emit("fields");
const put = (name, value) => { bench.open.fields[name] = value; changed(); };

function stateWords() {
  const open = bench.open;
  return open.index === null ? "Not saved yet" : open.changed ? "Changed, not saved" : "Saved";
}

function whereWords() {
  const open = bench.open;
  return open.index === null ? `goes to ${open.file}` : `${open.file}, line ${open.line}`;
}

function draw(actions) {
  const open = bench.open;
  if (open?.kind !== "question") return place.replaceChildren(...other(open, actions));
  const fields = open.fields, proven = !bench.tree.short;
  place.replaceChildren(
    h("div", { class: "form-head" },
      h("h2", { text: open.index === null ? "New question" : "Question" }),
      h("small", { class: "where", text: whereWords() }),
      h("span", { class: "state", role: "status" }, stateWords())),
    h("div", { class: "faults-of", dataset: { at: "" } }),
    h("div", { class: "two" },
      line("section", "Section", { list: bench.tree.sections.filter((one) => one.name).map((one) => [one.name, one.title]), hint: proven ? undefined : "One of the list, or a new one." }),
      choose("form", "How it is answered", FORMS, redraw)),
    area("stem", "Question", { rows: 2, hint: "What you ask, in a full sentence." }),
    picture("picture", "alt", "Picture"),
    code(fields),
    fields.form === "typed" ? typed(fields) : fields.form === "order" ? order(fields) : options(fields, proven),
    area("explanation", "Explanation", { rows: 2, hint: "The rule behind the answer, in short." }),
    line("source", "Source", { hint: "A web address, or words: where one can read it up." }),
    more(fields, proven),
    h("div", { class: "form-foot" },
      h("button", { type: "button", class: "button primary", dataset: { testid: "save" }, on: { click: actions.save } }, "Save", h("kbd", { text: "Ctrl S" })),
      open.index !== null && h("button", { type: "button", class: "button secondary", disabled: !open.changed, dataset: { testid: "discard" }, on: { click: actions.discard } }, "Undo my changes"),
      (fields.proof || fields.repaired) && h("button", { type: "button", class: "button secondary", dataset: { testid: "prove" }, on: { click: actions.prove } }, "Run the proof"),
      open.index !== null && h("button", { type: "button", class: "button secondary", dataset: { testid: "remove" }, on: { click: actions.remove } }, "Delete…")));
  for (const one of place.querySelectorAll("textarea")) fit(one);
  showFaults();

  function redraw() {
    if ((fields.form === "choice" || fields.form === "several") && !fields.options.length) fields.options = (fields.items.length ? fields.items : ["", "", "", ""]).map((text, at) => ({ text, right: at === 0, why: "", misconception: "" }));
    if (fields.form === "order" && !fields.items.length) fields.items = Array.from({ length: Math.max(3, fields.options.filter((one) => one.text).length) }, (_, at) => fields.options[at]?.text ?? "");
    if (fields.form === "choice") keepOneRight(fields.options, fields.options.findIndex((one) => one.right));
    const held = document.activeElement?.id;
    draw(actions);
    if (held) document.getElementById(held)?.focus();
  }
}

/** What stands in the middle where no question is open. */
function other(open, actions) {
  if (!bench.tree) return [h("h2", { text: "Welcome" }), h("p", { text: bench.names.courses.length ? "Choose a course at the top, or make a new one." : "There is no course in this folder yet. Make one, and write your first question." }), h("button", { type: "button", class: "button primary", on: { click: actions.newCourse } }, "New course…")];
  if (!open || open.kind === "course") {
    const tree = bench.tree;
    return [
      h("h2", { text: tree.title }),
      h("p", { text: `${tree.questions === 1 ? "1 question" : `${tree.questions.toLocaleString("en")} questions`} in ${tree.sections.length === 1 ? "1 section" : `${tree.sections.length} sections`}.` }),
      h("p", { text: PROMISES[tree.standard] ?? "" }),
      h("p", { class: "note", text: "Choose a question on the left, or write a new one. You can also edit the files in your own editor: this page follows them." }),
      h("button", { type: "button", class: "button primary", on: { click: actions.newQuestion } }, "New question"),
    ];
  }
  const what = open.kind === "page" ? "A page of a lesson" : "A word of the glossary";
  return [h("h2", { text: open.title }), h("p", { text: `${what}.` }), h("p", { class: "note", text: "You see it on the right as learners do. Change it in your own editor: this page follows the file." })];
}

// Fields

function labelled(name, label, control, { hint, at = name } = {}) {
  const id = control.id || uniqueId("field");
  control.id = id;
  return h("div", { class: "field-box", dataset: { at } }, h("label", { for: id, text: label }), hint && h("small", { class: "hint", text: hint }), control, h("div", { class: "faults-of", dataset: { at } }));
}

function line(name, label, { hint, list, value, set, at } = {}) {
  const fields = bench.open.fields;
  const input = h("input", { type: "text", class: "field", id: `f-${at ?? name}`, value: value ?? fields[name] ?? "", autocomplete: "off", dataset: { testid: `field-${at ?? name}` }, on: { input: () => (set ? (set(input.value), changed()) : put(name, input.value)) } });
  const box = labelled(name, label, input, { hint, at });
  if (list?.length) {
    const id = uniqueId("choices");
    input.setAttribute("list", id);
    box.append(h("datalist", { id }, list.map((one) => h("option", Array.isArray(one) ? { value: one[0], label: one[1] } : { value: one }))));
  }
  return box;
}

function area(name, label, { rows = 1, hint, mono, value, set, at } = {}) {
  const fields = bench.open.fields;
  const input = h("textarea", { class: mono ? "field mono" : "field", id: `f-${at ?? name}`, rows: String(rows), spellcheck: mono ? "false" : null, dataset: { testid: `field-${at ?? name}` }, on: { input: () => { fit(input); set ? (set(input.value), changed()) : put(name, input.value); } } });
  input.value = value ?? fields[name] ?? "";
  return labelled(name, label, input, { hint, at });
}

function fit(input) {
  if (!input.offsetParent) return;
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight + 2, 420)}px`;
}

function choose(name, label, choices, then, { at } = {}) {
  const fields = bench.open.fields;
  const input = h("select", { class: "field", id: `f-${at ?? name}`, dataset: { testid: `field-${at ?? name}` }, on: { change: () => { put(name, input.value); then?.(); } } },
    Object.entries(choices).map(([value, text]) => h("option", { value, text, selected: value === (fields[name] ?? "") })));
  return labelled(name, label, input, { at });
}

function check(name, label) {
  const input = h("input", { type: "checkbox", checked: Boolean(bench.open.fields[name]), dataset: { testid: `field-${name}` }, on: { change: () => put(name, input.checked) } });
  return h("label", { class: "tick-line" }, input, ` ${label}`);
}

function picture(name, alt, label) {
  const fields = bench.open.fields;
  const said = line(alt, "What the picture shows", { hint: "For people who can't see it. It must not give the answer away." });
  const input = line(name, label, { list: bench.tree.pictures, hint: bench.tree.pictures.length ? "A file of the course's folder “pictures”." : "Put the file into a folder “pictures” of the course, then write its name here." });
  const show = () => { said.hidden = !fields[name] && !fields[alt]; };
  input.querySelector("input").addEventListener("input", show);
  show();
  const box = h("details", { class: "extra", open: Boolean(fields[name] || fields[alt]) }, h("summary", { text: label }), input, said);
  return box;
}

function code(fields) {
  return h("details", { class: "extra", open: Boolean(fields.code) }, h("summary", { text: "Code" }),
    area("code", "Code", { rows: 4, mono: true, hint: "Shown below the question." }),
    line("code_language", "Language", { hint: "Such as python or sql. Empty: the course's." }));
}

function keepOneRight(options, at) {
  options.forEach((one, index) => { one.right = index === at; });
}

function options(fields, proven) {
  const box = h("fieldset", { class: "answers", dataset: { at: "options" } });
  const drawAll = () => {
    const many = fields.form === "several";
    box.replaceChildren(
      h("legend", { text: many ? "Answers: mark each that is right" : "Answers: mark the right one" }),
      h("div", { class: "faults-of", dataset: { at: "options" } }),
      ...fields.options.map((option, index) => row(option, index, many)),
      h("button", { type: "button", class: "button secondary small", disabled: fields.options.length >= LETTERS.length, dataset: { testid: "add-option" }, on: { click: () => { fields.options.push({ text: "", right: false, why: "", misconception: "" }); drawAll(); changed(); box.querySelectorAll(".answer").item(fields.options.length - 1).querySelector("input[type=text]").focus(); } } }, "Add an answer"));
    for (const one of box.querySelectorAll("textarea")) fit(one);
    showFaults();
  };
  const row = (option, index, many) => {
    const letter = LETTERS[index];
    const mark = h("input", { type: many ? "checkbox" : "radio", name: "right", checked: option.right, "aria-label": `Answer ${letter} is right`, dataset: { testid: `right-${index}` }, on: { change: () => { if (many) option.right = mark.checked; else keepOneRight(fields.options, index); changed(); } } });
    const text = h("input", { type: "text", class: "field", id: `f-options.${index}.text`, value: option.text, "aria-label": `Answer ${letter}`, placeholder: `Answer ${letter}`, autocomplete: "off", dataset: { testid: `option-${index}` }, on: { input: () => { option.text = text.value; changed(); } } });
    const why = h("textarea", { class: "field", id: `f-options.${index}.why`, rows: "1", "aria-label": `Why answer ${letter} is right or wrong`, placeholder: "Why it is right, or wrong", dataset: { testid: `why-${index}` }, on: { input: () => { option.why = why.value; fit(why); changed(); } } });
    why.value = option.why;
    const away = h("button", { type: "button", class: "icon-button", "aria-label": `Remove answer ${letter}`, title: `Remove answer ${letter}`, on: { click: () => { fields.options.splice(index, 1); drawAll(); changed(); } } }, icon("close", 16));
    const myths = proven && h("select", { class: "field", "aria-label": `Myth behind answer ${letter}`, on: { change: (event) => { option.misconception = event.target.value; changed(); } } },
      h("option", { value: "", text: "No myth" }), h("option", { value: "other", text: "Only a slip of reading", selected: option.misconception === "other" }),
      bench.tree.misconceptions.map((one) => h("option", { value: one.id, text: one.belief, selected: one.id === option.misconception })));
    return h("div", { class: "answer", dataset: { at: `options.${index}` } },
      h("label", { class: "answer-mark", title: "This answer is right" }, mark, h("span", { text: letter })),
      h("div", { class: "answer-words" }, text, h("div", { class: "faults-of", dataset: { at: `options.${index}.text` } }), why, h("div", { class: "faults-of", dataset: { at: `options.${index}.why` } }), myths, h("div", { class: "faults-of", dataset: { at: `options.${index}` } })),
      away);
  };
  drawAll();
  return box;
}

function order(fields) {
  const box = h("fieldset", { class: "answers", dataset: { at: "options" } });
  const drawAll = (focus) => {
    box.replaceChildren(
      h("legend", { text: "Items in the right order, the first one on top" }),
      h("small", { class: "hint", text: "Learners get them shuffled. 3 to 8 items." }),
      h("div", { class: "faults-of", dataset: { at: "options" } }),
      ...fields.items.map((item, index) => {
        const text = h("input", { type: "text", class: fields.items_are_code ? "field mono" : "field", value: item, "aria-label": `Item ${index + 1}`, placeholder: `Item ${index + 1}`, autocomplete: "off", dataset: { testid: `item-${index}` }, on: { input: () => { fields.items[index] = text.value; changed(); } } });
        const move = (by, label, name) => h("button", { type: "button", class: "icon-button", disabled: index + by < 0 || index + by >= fields.items.length, "aria-label": `${label} item ${index + 1}`, title: label, on: { click: () => { fields.items.splice(index + by, 0, ...fields.items.splice(index, 1)); drawAll(index + by); changed(); } } }, h("span", { "aria-hidden": "true", text: name }));
        return h("div", { class: "answer", dataset: { at: `options.${index}` } }, h("span", { class: "answer-mark", text: `${index + 1}.` }),
          h("div", { class: "answer-words" }, text, h("div", { class: "faults-of", dataset: { at: `options.${index}.text` } })), move(-1, "Move up", "↑"), move(1, "Move down", "↓"),
          h("button", { type: "button", class: "icon-button", "aria-label": `Remove item ${index + 1}`, on: { click: () => { fields.items.splice(index, 1); drawAll(); changed(); } } }, icon("close", 16)));
      }),
      h("button", { type: "button", class: "button secondary small", disabled: fields.items.length >= 8, on: { click: () => { fields.items.push(""); drawAll(fields.items.length - 1); changed(); } } }, "Add an item"),
      check("items_are_code", "The items are lines of code"));
    if (focus !== undefined) box.querySelectorAll(".answer input").item(focus)?.focus();
    showFaults();
  };
  drawAll();
  return box;
}

function typed(fields) {
  const box = h("fieldset", { class: "answers" });
  let number = Boolean(fields.number);
  const drawAll = () => {
    const way = (value, text) => h("label", { class: "tick-line" }, h("input", { type: "radio", name: "typed-way", checked: number === value, dataset: { testid: value ? "by-number" : "by-text" }, on: { change: () => { number = value; if (value) fields.accepted = []; else fields.number = fields.tolerance = ""; drawAll(); changed(); } } }), ` ${text}`);
    box.replaceChildren(h("legend", { text: "What counts as right" }), h("div", { class: "ways" }, way(false, "A text"), way(true, "A number")),
      ...(number
        ? [h("div", { class: "two" }, line("number", "The number"), line("tolerance", "How far off still counts", { hint: "0 or empty: exactly that number." }))]
        : [area("accepted", "Accepted answers, one a line", { rows: 3, value: fields.accepted.join("\n"), set: (text) => { fields.accepted = text.split("\n"); }, hint: "The first one is shown as the answer. Capitals, spaces and accents are forgiven." }),
          check("marks", "Accents must be right"), check("near_counts", "One wrong letter in a long word is forgiven, in competitions too")]));
    for (const one of box.querySelectorAll("textarea")) fit(one);
    showFaults();
  };
  drawAll();
  return box;
}

function more(fields, proven) {
  const program = (name, label) => {
    const found = fields[name] ?? { script: "", prints: "" };
    const set = (key) => (text) => { found[key] = text; fields[name] = found.script || found.prints ? found : null; };
    return h("details", { class: "extra", open: Boolean(fields[name]) }, h("summary", { text: label }),
      area(name, "Program", { mono: true, rows: 3, value: found.script, set: set("script"), at: `${name}.script`, hint: name === "proof" ? "Empty: the question's own code is run." : undefined }),
      area(name, "What it must print", { mono: true, rows: 1, value: found.prints, set: set("prints"), at: `${name}.prints` }));
  };
  return h("details", { class: "extra more", open: proven }, h("summary", { text: "More" }),
    h("div", { class: "two" },
      choose("difficulty", "Difficulty", { ...(fields.difficulty ? {} : { "": "medium, unless you choose" }), easy: "easy", medium: "medium", hard: "hard" }),
      line("id", "Id", { hint: proven ? "Small letters, digits and hyphens." : "Empty: made for you." })),
    line("licence", "Licence", { hint: "Only if it differs from the course's." }),
    picture("explanation_picture", "explanation_alt", "Picture of the explanation"),
    fields.form === "order" && area("orders", "Other orders that are right", { rows: 1, value: fields.orders.join("\n"), set: (text) => { fields.orders = text.split("\n"); }, hint: "One a line, such as 2 1 3." }),
    proven && h("div", { class: "two" },
      choose("kind", "Kind", { recall: "recall", understand: "understand", apply: "apply", debug: "debug", design: "design" }),
      line("topic", "Topic", { list: bench.tree.topics }), line("family", "Family", { hint: "Questions on the same idea share one." }),
      line("enemies", "Never beside", { hint: "Ids of questions that give this one away, with commas.", value: fields.enemies.join(", "), set: (text) => { fields.enemies = text.split(",").map((one) => one.trim()); } })),
    proven && check("core", "Can be answered from the lesson alone"),
    proven && program("proof", "Proof"), proven && program("repaired", "Repaired program"));
}

// What the checker says, at its place

function showFaults() {
  if (!place || bench.open?.kind !== "question") return;
  const boxes = [...place.querySelectorAll(".faults-of")];
  const said = new Map(boxes.map((box) => [box, []]));
  for (const fault of bench.found.faults) {
    const field = /^(items|lines|answer)(\.|$)/.test(fault.field) ? "options" : fault.field;
    let best = boxes[0];
    for (const box of boxes) {
      const at = box.dataset.at;
      if ((field === at || field.startsWith(`${at}.`)) && at.length >= best.dataset.at.length) best = box;
    }
    said.get(best)?.push(fault);
  }
  for (const [box, faults] of said) {
    box.replaceChildren(...faults.map((fault) => h("p", { class: weight(fault, bench.open), text: box.dataset.at ? sentence(fault) : `${called(fault.field, bench.open.fields.form)}: ${sentence(fault)}` })));
    const control = box.closest(".field-box")?.querySelector(".field") ?? box.previousElementSibling;
    if (control?.classList?.contains("field")) control.setAttribute("aria-invalid", faults.some((fault) => weight(fault, bench.open) === "fault") ? "true" : "false");
  }
  for (const details of place.querySelectorAll("details.extra")) if (!details.open && details.querySelector(".faults-of p")) details.open = true;
}
