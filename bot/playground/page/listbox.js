/* The list above the composer: commands, choices, options to add. The input keeps the focus; this shows what is active. */
import { h, uniqueId } from "./dom.js";

export class Listbox {
  /** `items` are {name, title, note?, mark?, testid?, value}; `onPick(item)` is called for a click, Enter or Tab. */
  constructor(box) {
    this.box = box;
    this.items = [];
    this.rows = [];
    this.active = -1;
    this.input = null;
  }

  get isOpen() {
    return !this.box.hidden;
  }

  show(input, heading, items, onPick, { first = false, empty = null } = {}) {
    // The choice stays when only the list was brought up to date; when the text changed, the best match comes first.
    const same = this.input === input && this.text === input.value;
    const keepName = same && this.active >= 0 ? this.items[this.active]?.name : null;
    this.text = input.value;
    this.release();
    if (!items.length && !empty) return this.hide();
    this.items = items;
    this.input = input;
    this.onPick = onPick;
    this.id = uniqueId("list");
    this.rows = items.map((item, index) => this.row(item, index));
    const list = h("div", { class: "picker-list", role: "listbox", id: this.id, "aria-label": heading }, this.rows);
    this.box.replaceChildren(h("div", { class: "picker-heading", text: heading }), items.length ? list : h("div", { class: "picker-empty", text: empty }));
    this.box.hidden = false;
    if (input.hasAttribute("aria-expanded")) input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", this.id);
    const kept = keepName === null ? -1 : items.findIndex((item) => item.name === keepName);
    this.setActive(kept >= 0 ? kept : first && items.length ? 0 : -1);
  }

  row(item, index) {
    const row = h("div", { class: "picker-item", role: "option", id: `${this.id}-${index}`, "aria-selected": "false", dataset: { testid: item.testid ?? "picker-item", name: item.name } },
      item.mark ?? null,
      h("span", { class: "picker-words" },
        h("span", { class: "picker-title", text: item.title ?? item.name }),
        item.note && h("span", { class: "picker-note", text: item.note })));
    row.addEventListener("mousedown", (event) => event.preventDefault());
    row.addEventListener("mousemove", () => this.setActive(index, { scroll: false }));
    row.addEventListener("click", () => this.onPick(item));
    return row;
  }

  setActive(index, { scroll = true } = {}) {
    this.rows[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const row = this.rows[index];
    row?.setAttribute("aria-selected", "true");
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input?.removeAttribute("aria-activedescendant");
    if (row && scroll) row.scrollIntoView({ block: "nearest" });
  }

  /** Handle a key of the input; true when it was for the list. */
  key(event) {
    if (!this.isOpen || !this.items.length || event.isComposing) return false;
    const last = this.items.length - 1;
    if (event.key === "ArrowDown") this.setActive(this.active >= last ? 0 : this.active + 1);
    else if (event.key === "ArrowUp") this.setActive(this.active <= 0 ? last : this.active - 1);
    else if ((event.key === "Enter" && !event.shiftKey && this.active >= 0) || (event.key === "Tab" && !event.shiftKey && this.active >= 0)) this.onPick(this.items[this.active]);
    else return false;
    event.preventDefault();
    return true;
  }

  hide() {
    this.release();
    this.items = [];
    this.rows = [];
    this.active = -1;
    this.box.hidden = true;
    this.box.replaceChildren();
  }

  release() {
    if (this.input?.hasAttribute("aria-expanded")) this.input.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
    this.input?.removeAttribute("aria-controls");
  }
}
