/* The line at the bottom: plain messages, the `/` picker, and the form of a chosen command. */
import { send } from "./connection.js";
import { CommandForm } from "./command_form.js";
import { avatar, h, icon } from "./dom.js";
import { fileField, takeFiles } from "./files.js";
import { Listbox } from "./listbox.js";
import { findCommand, matching } from "./options.js";
import { channel, DM, GROUP, on, state } from "./state.js";

const LONGEST = 2000;
const NARROW = matchMedia("(max-width: 760px)");

const MOST_FILES = 10;

let input, box, list, problem, form, sendButton, files;

export function mountComposer(main) {
  const popup = h("div", { class: "picker", hidden: true, dataset: { testid: "picker" } });
  list = new Listbox(popup);
  input = h("textarea", {
    id: "composer", class: "composer-input", rows: "1", maxlength: String(LONGEST), autocomplete: "off", spellcheck: "true",
    "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-label": "Message",
    on: { input: typed, keydown: key, blur: () => list.hide(), focus: typed, click: typed },
  });
  sendButton = h("button", { type: "button", class: "icon-button send", "aria-label": "Send", on: { click: sendText } }, icon("send", 22));
  files = fileField({ label: "Attach files", most: MOST_FILES, testid: "attach", changed: typed, say: (words) => { problem.textContent = words; } });
  files.button.replaceChildren(icon("plus", 22));
  files.button.className = "icon-button attach";
  box = h("div", { class: "composer-box" }, files.element, input, sendButton);
  problem = h("div", { class: "composer-problem", role: "alert" });
  main.append(h("div", { class: "composer", id: "write", tabindex: "-1" }, popup, problem, box));
  takeFiles(document, (dropped) => {
    if (!document.querySelector("dialog[open]")) (form ? form.takeFiles(dropped) : files.add(dropped));
    return true; // a browser would leave the page for a file that nobody takes
  });
  on("all channel channels", place);
  NARROW.addEventListener("change", place);
  on("all channel", () => { if (form && !findCommand(form.entry.fullName)) closeForm(""); });
  on("commands", () => { if (document.activeElement === input && !form) typed(); });
}

function place() {
  const here = channel();
  const name = here ? `${{ [DM]: "@", [GROUP]: "" }[here.type] ?? "#"}${here.name}` : "";
  input.placeholder = NARROW.matches ? `Message ${name}` : `Message ${name} — type / for commands`;
  input.setAttribute("aria-label", `Message ${name}. Type a slash to see the commands.`);
}

function resize() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
}

function typed() {
  resize();
  problem.textContent = "";
  sendButton.classList.toggle("ready", input.value.trim() !== "" || files.ids().length > 0);
  const text = input.value;
  if (!text.startsWith("/") || text.includes("\n") || document.activeElement !== input) return list.hide();
  const wanted = text.slice(1);
  // A whole name and a space means that command, as on Discord.
  const exact = wanted.endsWith(" ") && findCommand(wanted.trimEnd());
  if (exact) return openForm(exact);
  const items = matching(wanted).map((entry) => ({
    name: entry.fullName, title: `/${entry.fullName}`, note: entry.description, entry,
    mark: state.bot ? avatar(state.bot, 24) : null,
  }));
  list.show(input, wanted ? "Commands matching " + `/${wanted}` : "Commands", items, (item) => openForm(item.entry), {
    first: true, empty: state.commands.length ? `There is no command /${wanted} here. Type / alone to see them all.` : "No commands yet. Studyhall brings them when it is online.",
  });
}

function key(event) {
  if (list.key(event)) return;
  if (event.key === "Escape" && list.isOpen) {
    event.preventDefault();
    list.hide();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    sendText();
  }
}

function sendText() {
  const content = input.value.trim();
  if (!content && !files.ids().length) return input.focus();
  if (/^\/[\w-]/.test(content)) {
    const entry = findCommand(content.slice(1));
    if (entry) openForm(entry);
    else {
      input.focus();
      typed(); // the list says what there is
    }
    return;
  }
  problem.textContent = files.problem() ?? "";
  if (problem.textContent || !state.channelId || !send({ op: "say", channel_id: state.channelId, content, files: files.ids() })) return;
  input.value = "";
  files.clear();
  typed();
  input.focus();
}

function openForm(entry) {
  list.hide();
  form?.destroy();
  form = new CommandForm({ entry, list, problem, close: closeForm });
  box.replaceChildren(form.element);
  form.start();
}

function closeForm(text) {
  form?.destroy();
  form = null;
  list.hide();
  problem.textContent = "";
  box.replaceChildren(files.element, input, sendButton);
  input.value = text;
  input.focus();
  typed();
}

/** Fill the composer with a command, from a chip or a mention. */
export function startCommand(fullName) {
  const entry = findCommand(fullName);
  if (entry) return openForm(entry);
  if (form) closeForm("");
  input.value = `/${fullName}`;
  input.focus();
  typed();
}

export const focusComposer = () => (form ? form.start() : input.focus());
