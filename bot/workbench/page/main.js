/* The workbench: put its parts in their places, follow the course, open, check and save questions. */
import { h } from "../page/dom.js";
import { toast } from "../page/toast.js";
import { bench, emit, isChanged, on } from "./bench.js";
import { mountBelow } from "./below.js";
import { Problem, call, sendFile } from "./calls.js";
import { ask, tell } from "./dialogs.js";
import { mountForm } from "./form.js";
import { mountList } from "./list.js";
import { mountSee, showAlone } from "./see.js";
import { mountTop } from "./top.js";
import { plural } from "./words.js";

const SETTLE_MS = 60;
const root = document.getElementById("bench");
let asked = 0;
let timer = 0;
let asking = false;
let saving = false;

/** Do something that may fail with a sentence for whoever wrote. */
const trying = (run) => async (...values) => {
  try {
    return await run(...values);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    toast(problem.message);
    return undefined;
  }
};

const copy = (value) => JSON.parse(JSON.stringify(value));
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// One thing is open

const open = trying(async (wanted) => {
  if (isChanged() && !(await mayLeave())) return;
  if (wanted.kind === "question") {
    const found = await call("open", { file: wanted.file, index: wanted.index });
    take(wanted.file, found);
  } else {
    bench.open = wanted;
    bench.found = { faults: [], views: {}, sound: false, key: 0 };
    emit("open");
    if (wanted.kind !== "course") showAlone((await call("view", wanted)).view);
  }
  show(wanted.kind === "course" ? "list" : wanted.kind === "question" ? "middle" : "see");
});

function take(file, found) {
  const fields = found.fields;
  bench.open = { kind: "question", file, index: found.index, base: found.source, line: found.line, fields, before: copy(fields), changed: false };
  bench.found = { faults: [], views: {}, sound: false, key: 0 };
  emit("open");
  check();
}

async function mayLeave() {
  const answer = await ask("Save this question first?", [h("p", { text: "You have changed it, and the file doesn't have it yet." })], [["save", "Save", "primary"], ["drop", "Don't save", "danger"], ["stay", "Go on editing"]]);
  if (answer === "save") return save();
  return answer === "drop";
}

const newQuestion = trying(async () => {
  if (isChanged() && !(await mayLeave())) return;
  const tree = bench.tree, last = bench.open;
  const beside = last?.kind === "question" ? last.file : tree.files.at(-1) ?? "questions/questions.yaml";
  const section = last?.kind === "question" ? last.fields.section : tree.sections.length === 1 ? tree.sections[0].name : "";
  const { fields } = await call("blank", { section, form: "choice" });
  bench.open = { kind: "question", file: beside, index: null, base: "", line: 0, fields, before: copy(fields), changed: false };
  bench.found = { faults: [], views: {}, sound: false, key: 0 };
  emit("open");
  show("middle");
  check();
  document.getElementById("f-stem")?.focus();
});

// What is typed is checked at once

on("fields", () => {
  const was = bench.open.changed;
  bench.open.changed = !same(bench.open.fields, bench.open.before);
  if (was !== bench.open.changed) emit("state");
  clearTimeout(timer);
  timer = setTimeout(check, SETTLE_MS);
});

async function check() {
  const mine = bench.open, number = ++asked;
  if (mine?.kind !== "question" || asking || (mine.index === null && !mine.changed)) return;
  asking = true;
  try {
    const found = await call("check", { file: mine.file, index: mine.index, fields: mine.fields });
    if (bench.open === mine) {
      // A picture that was drawn stays while what is typed can't be shown for a moment.
      bench.found = found;
      emit("found");
    }
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (!problem.gone) toast(problem.message);
  } finally {
    asking = false;
    if (number !== asked) check();
  }
}

// Saving

const save = trying(async () => {
  const mine = bench.open;
  if (mine?.kind !== "question" || saving) return false;
  saving = true;
  let found;
  try {
    const sent = copy(mine.fields), isNew = mine.index === null;
    found = await call("save", { file: mine.file, index: mine.index, fields: sent, base: mine.base });
    if (!found.conflict) keep(mine, await call("open", { file: mine.file, index: found.index }), sent, isNew);
  } finally {
    saving = false;
  }
  if (found.conflict) return resolveConflict(found.theirs);
  meet(); // what the file has told while it was saved
  const grave = bench.found.faults.some((fault) => fault.level !== "warning");
  toast(grave ? "Saved. Learners won't see it until its faults are mended." : "Saved.");
  return true;
});

/** What was saved is what the file has now; whatever was typed since stays, and so does the place in the form. */
function keep(mine, here, sent, isNew) {
  const typedOn = !same(mine.fields, sent);
  const redraw = isNew || (!typedOn && !same(mine.fields, here.fields));
  Object.assign(mine, { index: here.index, base: here.source, line: here.line, before: copy(here.fields) });
  if (redraw && !typedOn) mine.fields = here.fields;
  mine.changed = !same(mine.fields, mine.before);
  if (bench.open !== mine) return;
  if (redraw) emit("redrawn");
  emit("state");
  emit("moved");
  check();
}

/** The question was changed in its file meanwhile: it is shown, and nothing is written until somebody decides. */
async function resolveConflict(theirs) {
  const mine = bench.open;
  if (!theirs) {
    const answer = await ask("This question is gone from the file", [h("p", { text: "Somebody took it out, or changed it and moved it. What you typed is still here." })], [["add", "Add mine as a new question", "primary"], ["drop", "Drop mine", "danger"], ["stay", "Go on editing"]]);
    if (answer === "add") { mine.index = null; mine.base = ""; return save(); }
    if (answer === "drop") { mine.changed = false; await open({ kind: "course" }); }
    return false;
  }
  const answer = await ask("The file was changed meanwhile", [
    h("p", { text: `Somebody changed this question in ${mine.file}. Nothing was overwritten. This is what it is there now:` }),
    h("pre", { class: "theirs", text: theirs.source }),
    h("p", { text: "Which one do you want to keep?" }),
  ], [["theirs", "Use the file's version", "primary"], ["mine", "Save mine instead", "danger"], ["stay", "Go on editing"]]);
  if (answer === "theirs") { take(mine.file, { ...theirs, index: mine.index }); return false; }
  if (answer === "mine") { mine.base = theirs.source; return save(); }
  mine.declined = theirs.source; // it is asked about again when they save, or when the file is changed once more
  return false;
}

const discard = () => {
  const mine = bench.open;
  mine.fields = copy(mine.before);
  mine.changed = false;
  emit("open");
  check();
};

const remove = trying(async () => {
  const mine = bench.open;
  const answer = await ask("Delete this question?", [h("p", { text: `Its lines are taken out of ${mine.file}. Answers that members gave to it stay.` })], [["stay", "Keep it", "primary"], ["yes", "Delete it", "danger"]]);
  if (answer !== "yes") return;
  const found = await call("remove", { file: mine.file, index: mine.index, base: mine.base });
  if (found.conflict) { await tell("Not deleted", [h("p", { text: "The question was changed in its file meanwhile. Look at it first." })]); return; }
  mine.changed = false;
  await open({ kind: "course" });
  toast("Deleted.");
});

// The whole course

const prove = trying(async () => {
  const mine = bench.open;
  toast("The program runs. This can take some seconds.");
  const { proved } = await call("prove", { file: mine.file, index: mine.index, fields: mine.fields });
  await tell("The proof", proved.length ? proved.map((one) => h("section", { class: one.holds ? "proved" : "refuted" },
    h("h3", { text: `${one.what}: ${one.holds ? "it holds" : "it doesn't hold"}` }), one.trouble && h("p", { text: one.trouble }),
    !one.holds && [h("p", { text: "It printed:" }), h("pre", { text: one.printed || "(nothing)" }), h("p", { text: "It should print:" }), h("pre", { text: one.wanted || "(nothing)" })],
    one.holds && h("pre", { text: one.printed }))) : [h("p", { text: "This question has no program to run." })]);
});

const play = trying(async () => {
  if (isChanged() && !(await mayLeave())) return;
  toast("The playground opens. This takes some seconds.");
  const { address } = await call("play");
  await tell("The playground is open", [h("p", {}, "It has the real bot, with this course alone: ", h("a", { href: address, target: "_blank", rel: "noopener noreferrer", dataset: { testid: "playground" }, text: "open the playground in a new tab" }), "."), h("p", { text: "Type /quiz there to be asked your questions." })]);
});

const importFile = trying(async () => {
  const input = h("input", { type: "file", class: "field", dataset: { testid: "import-file" } });
  const sections = bench.tree.sections.filter((one) => one.name);
  const section = h("select", { class: "field", id: "import-section", dataset: { testid: "import-section" } },
    sections.map((one) => h("option", { value: one.name, text: one.title })), h("option", { value: "", text: "A section called like the file" }));
  const update = h("input", { type: "checkbox", dataset: { testid: "import-update" } });
  const answer = await ask("Import questions", [
    h("p", { text: "Choose a file: a spreadsheet, Moodle XML, GIFT, Aiken, QTI, Anki, Markdown. The workbench finds out which." }), input,
    h("label", { for: "import-section", text: "Questions that name no section go to" }), section,
    h("label", { class: "tick-line" }, update, " Also change questions that were imported before and read differently now"),
  ], [["import", "Import", "primary"], ["no", "Cancel"]]);
  if (answer !== "import" || !input.files.length) return;
  const { lines } = await sendFile(input.files[0], { update: update.checked, section: section.value });
  await tell("What was imported", [h("pre", { class: "report", dataset: { testid: "report" }, text: lines.filter((line) => !line.includes("python -m bot")).join("\n") })]);
});

const exportAs = (format) => {
  if (format) h("a", { href: `export/${format}`, download: "" }).click();
};

const newCourse = trying(async () => {
  if (isChanged() && !(await mayLeave())) return;
  const title = h("input", { type: "text", class: "field", id: "new-title", maxlength: "60", placeholder: "Friday quiz", dataset: { testid: "new-title" } });
  const example = h("input", { type: "radio", name: "from", checked: bench.names.example, disabled: !bench.names.example, dataset: { testid: "from-example" } });
  const empty = h("input", { type: "radio", name: "from", checked: !bench.names.example, dataset: { testid: "from-empty" } });
  const answer = await ask("New course", [
    h("label", { for: "new-title", text: "Title" }), title,
    h("label", { class: "tick-line" }, example, " Begin with the example: thirteen questions about bees, in every form, to change"),
    h("label", { class: "tick-line" }, empty, " Begin with one question"),
  ], [["make", "Make it", "primary"], ["no", "Cancel"]]);
  if (answer !== "make") return;
  await call("new", { title: title.value, example: example.checked });
  await reload();
});

const choose = trying(async (name) => {
  if (!name || (isChanged() && !(await mayLeave()))) { emit("names"); return; }
  await call("choose", { name });
  await reload();
});

async function reload() {
  bench.open = null;
  bench.tree = null;
  bench.names = await call("courses");
  emit("names");
  emit("open");
  follow();
}

// The files of the course are followed

let events = null;
function follow() {
  events?.close();
  if (!bench.names.here) return emit("tree");
  events = new EventSource("events");
  events.addEventListener("message", (event) => {
    const first = !bench.tree;
    bench.tree = JSON.parse(event.data);
    emit("tree");
    if (first) emit("open");
    else meet();
  });
  return undefined;
}

/** The course was read again: what is open may have changed, moved, or gone. */
const meet = trying(async () => {
  const mine = bench.open;
  if (mine?.kind === "page" || mine?.kind === "term") showAlone((await call("view", mine)).view);
  if (mine?.kind === "course") emit("open");
  if (mine?.kind !== "question" || mine.index === null || saving) return;
  let found;
  try {
    found = await call("open", { file: mine.file, index: mine.index, base: mine.base });
  } catch (problem) {
    if (problem.gone && bench.open === mine && !mine.changed) await open({ kind: "course" });
    return;
  }
  if (bench.open !== mine || saving) return;
  if (found.source === mine.base) {
    if (found.index !== mine.index || found.line !== mine.line) { Object.assign(mine, { index: found.index, line: found.line }); emit("moved"); }
    return;
  }
  if (!mine.changed) {
    take(mine.file, found);
    toast("The file was changed. This is how it is now.");
  } else if (found.source !== mine.declined && !document.querySelector("dialog[open]")) {
    await resolveConflict(found);
  }
});

// Parts, keys, and a phone's one part at a time

function show(part) {
  root.dataset.shows = part;
  dispatchEvent(new Event("resize")); // what was hidden has its size from now on
  for (const button of document.querySelectorAll("#steps button")) button.setAttribute("aria-current", String(button.dataset.part === part));
}

const actions = { save: () => save(), discard, remove, prove, newQuestion, play, importFile, exportAs, newCourse, choose };
mountTop(document.getElementById("top"), actions);
mountList(document.getElementById("list"), open);
mountForm(document.getElementById("middle"), actions);
mountSee(document.getElementById("see"));
mountBelow(document.getElementById("below"), open);
for (const [part, label] of [["list", "Course"], ["middle", "Write"], ["see", "See"], ["below", "Faults"]]) {
  document.getElementById("steps").append(h("button", { type: "button", class: "step", dataset: { part, testid: `step-${part}` }, on: { click: () => show(part) } }, label));
}
show("list");
on("found", () => {
  const count = bench.found.faults.length;
  document.querySelector("[data-part=below]").textContent = count ? plural(count, "fault") : "Faults";
});

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (bench.open?.kind === "question" && !document.querySelector("dialog[open]")) save();
  }
});
addEventListener("beforeunload", (event) => {
  if (isChanged()) event.preventDefault();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  show("middle");
  document.getElementById("middle").focus();
});

trying(reload)();
