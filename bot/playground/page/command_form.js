/* A chosen command with its options as fields; Enter runs it. */
import { h, icon } from "./dom.js";
import { autocomplete, runCommand } from "./interactions.js";
import { BOOLEAN, fitting, fixedChoices, INTEGER, nest, NUMBER, rangeWords, readOption, STRING } from "./options.js";

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
    const first = this.fields.find((field) => !field.input.value) ?? null;
    (first?.input ?? this.tail).focus();
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
    const field = { option, picked: null };
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
    this.fields.push(field);
    this.row.insertBefore(field.chip, this.tail);
    this.fit(field);
    this.count();
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
      this.add(item.option).input.focus();
    }, { first: wanted !== "" });
  }

  tailKey(event) {
    if (this.list.key(event)) return;
    if (event.key === "Enter") this.run();
    else if (event.key === "Backspace" && !this.tail.value) {
      if (this.fields.length) this.fields.at(-1).input.focus();
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
      const empty = this.fields.find((other) => other !== field && other.option.required && !other.input.value);
      if (empty && field.input.value) empty.input.focus();
      else this.run();
    } else if (event.key === "Backspace" && !field.input.value) {
      const before = this.fields[this.fields.indexOf(field) - 1];
      if (!field.option.required) {
        this.remove(field);
        (before?.input ?? this.tail).focus();
      } else if (before) before.input.focus();
      else this.close(`/${this.entry.fullName}`);
    } else if (event.key === "Escape") this.escape();
    else return;
    event.preventDefault();
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
      const options = this.fields.filter((other) => other === field || other.input.value).map((other) => ({
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
    const next = this.fields.find((other) => other.option.required && !other.input.value);
    (next?.input ?? this.tail).focus();
  }

  clearProblem(field) {
    field.input.removeAttribute("aria-invalid");
    this.problem.textContent = "";
  }

  run() {
    const values = [];
    for (const field of this.fields) {
      const { option, input, picked } = field;
      const read = readOption(option, input.value, picked);
      if (read.problem) {
        input.focus();
        input.setAttribute("aria-invalid", "true");
        this.problem.textContent = read.problem;
        return;
      }
      if (!read.empty) values.push({ name: option.name, type: option.type ?? STRING, value: read.value });
    }
    if (runCommand(this.entry.command, this.entry.fullName, nest(this.entry, values))) this.close("");
  }
}
