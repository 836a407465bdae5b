/* The message as Discord shows it: each of the bot's screens of the question, on a phone or a desktop, dark or light. */
import { h, icon } from "../page/dom.js";
import { bench, on } from "./bench.js";

const DESKTOP = 760, PHONE = 360;
const HIDDEN = /^(asked|given-|reasons-)/;
let frame = null, ready = false, tabs = null, note = null, holder = null;
let shown = "asked", given = "given-0";
let device = matchMedia("(max-width: 860px)").matches ? "phone" : "desktop";
let theme = null;
let alone = null; // the message of a page or a term

export function mountSee(place) {
  theme = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  tabs = h("div", { class: "see-tabs", role: "tablist", "aria-label": "Which message", on: { keydown: walk } });
  note = h("p", { class: "note see-note" });
  frame = h("iframe", { src: "preview", title: "The message as Discord shows it", class: "see-frame", dataset: { testid: "preview" } });
  holder = h("div", { class: "see-holder" }, frame);
  const flip = (label, value, get, set) => {
    const button = h("button", { type: "button", class: "see-flip", dataset: { testid: `see-${value}` }, on: { click: () => { set(value); draw(); } } }, label);
    button.refresh = () => button.setAttribute("aria-pressed", String(get() === value));
    return button;
  };
  const flips = [
    flip("Desktop", "desktop", () => device, (value) => { device = value; }), flip("Phone", "phone", () => device, (value) => { device = value; }),
    flip("Dark", "dark", () => theme, (value) => { theme = value; }), flip("Light", "light", () => theme, (value) => { theme = value; }),
  ];
  place.append(h("div", { class: "see-head" }, h("h2", { text: "As learners see it" }), h("div", { class: "see-flips" }, h("div", { class: "see-pair", role: "group", "aria-label": "Screen" }, flips.slice(0, 2)), h("div", { class: "see-pair", role: "group", "aria-label": "Theme" }, flips.slice(2)))), tabs, note, holder);
  place.refresh = () => { for (const one of flips) one.refresh(); };
  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== frame.contentWindow) return;
    if (event.data.ready) { ready = true; draw(); }
    if (event.data.pressed) press(event.data.pressed);
  });
  new ResizeObserver(fit).observe(holder);
  on("found", draw);
  on("open", () => { alone = null; shown = "asked"; draw(); });
  draw();

  function draw() {
    place.refresh();
    drawTabs();
    const view = alone ?? bench.found.views[shown] ?? null;
    holder.classList.toggle("empty", !bench.open || !view);
    fit();
    if (!ready) return;
    frame.contentWindow.postMessage({ components: bench.open ? view : null, hidden: !alone && HIDDEN.test(shown), theme }, location.origin);
  }
  redraw = draw;
}

let redraw = () => {};

/** Left and right walk through the tabs. */
function walk(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const open = [...tabs.querySelectorAll("button:not(:disabled)")];
  const next = by && open[open.indexOf(document.activeElement) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

/** Show the message of a page or a term. */
export function showAlone(view) {
  alone = view;
  redraw();
}

/** The tabs: what they are called, and which message each shows. */
function choices() {
  const views = bench.found.views, all = Object.keys(views).filter((name) => name.startsWith("given-"));
  const form = bench.open?.fields?.form;
  const right = form === "choice" ? `given-${bench.found.key}` : "given-0";
  const wrong = all.filter((name) => name !== right);
  return [["Asked", "asked"], ["Right", right], ...wrong.map((name) => [form === "choice" ? `Wrong: ${"ABCDEFGHIJ"[Number(name.slice(6))]}` : "Wrong", name]),
    ["Every reason", "reasons-0"], ["In a game", "round"], ["Reveal", "reveal"]];
}

function drawTabs() {
  const question = bench.open?.kind === "question";
  tabs.hidden = !question;
  const views = bench.found.views;
  if (question && !views[shown] && !shown.startsWith("reasons-")) shown = "asked";
  const focused = tabs.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  tabs.replaceChildren(...(question ? choices() : []).map(([label, name]) => h("button", {
    type: "button", role: "tab", class: "see-tab", "aria-selected": String(shown === name || (name === "reasons-0" && shown.startsWith("reasons-"))), disabled: !views[name], dataset: { testid: `tab-${name}` },
    on: { click: () => { shown = name; if (name.startsWith("given-")) given = name; redraw(); } },
  }, label)));
  if (focused) tabs.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  const words = !bench.open || bench.open.kind === "course" ? "Open a question to see it here." : question && !views.asked ? "The message appears here once the question can be shown: fill in what is marked." : question && !bench.found.sound ? "What is right isn't clear yet, so only the question can be shown." : "";
  note.textContent = words;
  note.hidden = !words;
}

/** A learner's press: the letters, the reasons and back lead on as in Discord. */
function press(id) {
  const [, action, ...values] = id.split(":");
  const views = bench.found.views;
  const next = {
    "quiz.pick": `given-${values[2]}`, "quiz.begin": "given-0", "quiz.ordered": "given-0", "quiz.others": "reasons-0", "quiz.reasons": `reasons-${values[2]}`,
    "quiz.back": given, "quiz.next": "asked", "game.pick": "reveal", "game.begin": "reveal", "game.others": "reasons-0",
  }[action];
  if (!next || !views[next]) return;
  if (next.startsWith("given-")) given = next;
  shown = next;
  redraw();
}

/** A desktop's width is shown smaller where there is less room. */
function fit() {
  const room = holder.clientWidth, tall = holder.clientHeight;
  if (!room) return;
  const width = device === "phone" ? Math.min(PHONE, room) : DESKTOP;
  const scale = Math.min(1, room / width);
  Object.assign(frame.style, { left: `${Math.max(0, (room - width * scale) / 2)}px`, width: `${width}px`, height: `${tall / scale}px`, transform: scale < 1 ? `scale(${scale})` : "none" });
}
