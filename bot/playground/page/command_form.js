/* A chosen command with its options as fields; Enter runs it. */
import { h, icon } from "./dom.js";
import { fileField } from "./files.js";
import { autocomplete, runCommand } from "./interactions.js";
import { ATTACHMENT, BOOLEAN, fitting, fixedChoices, INTEGER, nest, NUMBER, rangeWords, readOption, STRING } from "./options.js";

const AUTOCOMPLETE_MS = 150;

export class CommandForm {
  /** `close(text)` leaves the form, with that text in the composer. */
  constructor({ entry, list, problem, close }) {
    Object.assign(this, { entry, list, problem, close, fields: [], timer: 0, sought: 0 });
    this.tail = h("input", {
      class: "tail", type: "text", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-label": "Add an option, or press Enter to run", dataset: { testid: "option-add" },
      on: { focus: () => this.showMore(), click: () => this.showMore(), input: () => this.showMore(), blur: () => this.leave(this.tail), keydown: (event) => this.tailKey(event) },
    });
    this.more = h("button", { type: "button", class: "more-options", on: { click: () => { this.tail.focus(); this.showMore(); } } });
    this.more.addEventListener("mousedown", (event) => event.preventDefault());
    this.row = h("div", { class: "command-row" }, h("span", { class: "command-name", text: `/${entry.fullName}` }), this.tail, this.more);
    this.element = h("div", { class: "command-form", role: "group", "aria-label": `Command /${entry.fullName}: ${entry.description ?? ""}` },
      this.row,
      h("button", { type: "button", class: "icon-button", "aria-label": "Leave this command", on: { click: () => close("") } }, icon("close", 18)),
      h("button", { type: "button", class: "icon-button send ready", "aria-label": `Run /${entry.fullName}`, dataset: { testid: "run-command" }, on: { click: () => this.run() } }, icon("send", 22)));
    for (const option of entry.options) if (option.required) this.add(option);
    this.count();
  }

  start() {
    const first = this.fields.find((field) => field.isEmpty());
    (first ?? this.tail).focus();
  }

  destroy() {
    clearTimeout(this.timer);
    this.list.hide();
    this.element.remove();
  }

  missing() {
    return this.entry.options.filter((option) => !this.fields.some((field) => field.option === option));
  }

  count() {
    const left = this.missing().length;
    this.more.textContent = `+${left} optional`;
    this.more.hidden = left === 0;
  }

  add(option) {
    const field = option.type === ATTACHMENT ? this.fileField(option) : this.textField(option);
    this.fields.push(field);
    this.row.insertBefore(field.chip, this.tail);
    this.count();
    return field;
  }

  fileField(option) {
    const say = (words) => { this.problem.textContent = words && `${option.name}: ${words}`; };
    const next = () => {
      if (this.fields.includes(field) && !field.isEmpty()) this.goOn();
    };
    const files = fileField({ label: `${option.name}: ${option.description ?? ""}${option.required ? " (required)" : ""}`, testid: `option-${option.name}`, changed: next, say });
    const field = {
      option, files,
      isEmpty: () => !files.ids().length,
      focus: files.focus,
      wrong: () => {},
      read() {
        const problem = files.problem() ?? (option.required && this.isEmpty() ? "please choose a file" : null);
        if (problem) return { problem: `${option.name}: ${problem}` };
        return this.isEmpty() ? { empty: true } : { value: files.ids()[0] };
      },
    };
    field.chip = h("div", { class: "option-chip", role: "group", "aria-label": option.name }, h("span", { class: "option-name", text: option.name }), files.element);
    files.element.addEventListener("keydown", (event) => {
      if (event.key === "Backspace" && event.target === files.button) this.leaveField(field);
      else if (event.key === "Escape") this.escape();
      else return;
      event.preventDefault();
    });
    return field;
  }

  /** Files that were dropped on the page or pasted go to the first option that waits for one. */
  takeFiles(files) {
    const waiting = this.fields.find((field) => field.files && field.isEmpty())
      ?? this.missing().filter((option) => option.type === ATTACHMENT).slice(0, 1).map((option) => this.add(option))[0];
    if (waiting) waiting.files.add([...files].slice(0, 1));
    else this.problem.textContent = `/${this.entry.fullName} has no room for this file.`;
  }

  textField(option) {
    const field = {
      option, picked: null,
      isEmpty: () => !field.input.value,
      focus: () => field.input.focus(),
      wrong: () => field.input.setAttribute("aria-invalid", "true"),
      read: () => readOption(option, field.input.value, field.picked),
    };
    field.input = h("input", {
      type: "text", class: "option-input", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-label": `${option.name}: ${option.description ?? ""}${option.required ? " (required)" : ""}`, "aria-required": option.required ? "true" : null,
      inputmode: option.type === INTEGER ? "numeric" : option.type === NUMBER ? "decimal" : null,
      dataset: { testid: `option-${option.name}` },
      on: {
        focus: () => this.showField(field), click: () => this.showField(field), blur: () => this.leave(field.input),
        input: () => { field.picked = null; this.clearProblem(field); this.fit(field); this.showField(field); },
        keydown: (event) => this.fieldKey(event, field),
      },
    });
    field.chip = h("label", { class: "option-chip" }, h("span", { class: "option-name", text: option.name }), field.input);
    this.fit(field);
    return field;
  }

  remove(field) {
    this.fields.splice(this.fields.indexOf(field), 1);
    field.chip.remove();
    this.count();
  }

  fit(field) {
    field.input.style.width = `${Math.min(32, Math.max(4, [...field.input.value].length + 2))}ch`;
  }

  leave(input) {
    if (this.list.input === input) this.list.hide();
    this.sought += 1;
    clearTimeout(this.timer);
  }

  showMore() {
    const wanted = this.tail.value.trim().toLowerCase();
    const items = this.missing().filter((option) => option.name.includes(wanted))
      .map((option) => ({ name: option.name, title: option.name, note: option.description, option, testid: `add-option-${option.name}` }));
    this.list.show(this.tail, `/${this.entry.fullName} — Enter runs it; or add an option`, items, (item) => {
      this.tail.value = "";
      this.add(item.option).focus();
    }, { first: wanted !== "" });
  }

  tailKey(event) {
    if (this.list.key(event)) return;
    if (event.key === "Enter") this.run();
    else if (event.key === "Backspace" && !this.tail.value) {
      if (this.fields.length) this.fields.at(-1).focus();
      else this.close(`/${this.entry.fullName}`);
    } else if (event.key === "Escape") this.escape();
    else return;
    event.preventDefault();
  }

  escape() {
    if (this.list.isOpen) this.list.hide();
    else this.close("");
  }

  fieldKey(event, field) {
    if (this.list.key(event)) return;
    if (event.key === "Enter" && !event.isComposing) {
      const empty = this.fields.find((other) => other !== field && other.option.required && other.isEmpty());
      if (empty && field.input.value) empty.focus();
      else this.run();
    } else if (event.key === "Backspace" && !field.input.value) {
      this.leaveField(field);
    } else if (event.key === "Escape") this.escape();
    else return;
    event.preventDefault();
  }

  /** Go back from an empty field, which is taken away if it may be. */
  leaveField(field) {
    const before = this.fields[this.fields.indexOf(field) - 1];
    if (!field.option.required) {
      this.remove(field);
      (before ?? this.tail).focus();
    } else if (before) before.focus();
    else this.close(`/${this.entry.fullName}`);
  }

  /** Go to the next field that must be filled in, or to the end. */
  goOn() {
    (this.fields.find((other) => other.option.required && other.isEmpty()) ?? this.tail).focus();
  }

  showField(field) {
    const { option, input } = field;
    const heading = `${option.name} — ${option.description ?? ""}`;
    const choices = fixedChoices(option);
    const text = field.picked ? "" : input.value;
    if (choices) {
      const items = fitting(choices, text).slice(0, 25).map((choice) => ({ name: choice.name, note: choice.note, choice }));
      this.list.show(input, heading, items, (item) => this.take(field, item.choice), { first: text !== "" || option.type === BOOLEAN, empty: "Nothing in the list fits" });
    } else if (option.autocomplete) this.seek(field, heading);
    else {
      const hint = option.type === INTEGER || option.type === NUMBER ? `Type ${rangeWords(option)}` : "Type your answer";
      this.list.show(input, heading, [], () => {}, { empty: hint });
    }
  }

  /** Ask the bot for suggestions, once the typing pauses; what was typed may be sent as it is. */
  seek(field, heading) {
    clearTimeout(this.timer);
    const turn = ++this.sought;
    this.timer = setTimeout(() => {
      const options = this.fields.filter((other) => other === field || (other.input && !other.isEmpty())).map((other) => ({
        name: other.option.name, type: other.option.type,
        value: other === field ? other.input.value : readOption(other.option, other.input.value, other.picked).value ?? other.input.value,
        ...(other === field ? { focused: true } : {}),
      }));
      autocomplete(this.entry.command, nest(this.entry, options), (choices) => {
        if (turn !== this.sought) return;
        const items = choices.slice(0, 25).map((choice) => ({ name: choice.name, choice }));
        this.list.show(field.input, heading, items, (item) => this.take(field, item.choice), { empty: "No suggestions; what you type is sent as it is" });
      });
    }, AUTOCOMPLETE_MS);
  }

  take(field, choice) {
    field.picked = choice;
    field.input.value = choice.name;
    this.fit(field);
    this.clearProblem(field);
    this.goOn();
  }

  clearProblem(field) {
    field.input.removeAttribute("aria-invalid");
    this.problem.textContent = "";
  }

  run() {
    const values = [];
    for (const field of this.fields) {
      const { option } = field;
      const read = field.read();
      if (read.problem) {
        field.focus();
        field.wrong();
        this.problem.textContent = read.problem;
        return;
      }
      if (!read.empty) values.push({ name: option.name, type: option.type ?? STRING, value: read.value });
    }
    if (runCommand(this.entry.command, this.entry.fullName, nest(this.entry, values))) this.close("");
  }
}
