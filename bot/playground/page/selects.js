/* A select menu like Discord's: a combobox button and a listbox in the top layer. */
import { dots, h, icon, uniqueId } from "./dom.js";

const GAP = 4;

/** `component`: a select's fields with options; `choose(values)` is called when the choice is made. */
export function selectMenu(component) {
  const { options, choose, waiting } = component;
  const least = component.min_values ?? 1;
  const most = Math.min(component.max_values ?? 1, options.length);
  const many = (component.max_values ?? 1) > 1;
  const listId = uniqueId("select");
  let chosen = new Set(options.filter((option) => option.default).map((option) => option.value));
  let before = new Set(chosen);
  let active = -1;
  let typed = "";
  let typedAt = 0;

  const label = h("span", { class: "select-value" });
  const button = h("button", {
    type: "button", class: waiting ? "select waiting" : "select", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": listId,
    "aria-label": component.label ?? component.placeholder ?? "Make a selection", disabled: component.disabled, "aria-disabled": waiting ? "true" : null,
    dataset: component.custom_id ? { customId: component.custom_id } : {},
  }, label, waiting ? dots() : icon("chevron", 18));
  const list = h("div", { class: "select-list", id: listId, role: "listbox", "aria-label": "Options", "aria-multiselectable": many ? "true" : null });
  const rows = options.map((option, index) => row(option, index));
  list.append(...rows);
  const done = many && h("button", { type: "button", class: "button primary", on: { click: () => close(true) } }, "OK");
  const popup = h("div", { class: "select-popup", popover: "manual" }, list, many && h("div", { class: "select-foot" }, h("small", { text: `Choose ${least === most ? most : `${least} to ${most}`}` }), done));
  const root = h("div", { class: "select-root" }, button, popup);
  show();

  function row(option, index) {
    const element = h("div", { class: "option", role: "option", id: `${listId}-${index}`, dataset: { value: option.value }, on: { click: () => pick(index), mousemove: () => setActive(index) } },
      option.emoji?.name && h("span", { class: "option-emoji", text: option.emoji.id ? `:${option.emoji.name}:` : option.emoji.name }),
      h("span", { class: "option-words" }, h("span", { text: option.label }), option.description && h("small", { text: option.description })),
      h("span", { class: many ? "tick box" : "tick" }, icon("check", 16)));
    element.addEventListener("mousedown", (event) => event.preventDefault());
    return element;
  }

  function show() {
    const names = options.filter((option) => chosen.has(option.value)).map((option) => option.label);
    label.textContent = names.join(", ") || component.placeholder || "Make a selection";
    label.classList.toggle("placeholder", names.length === 0);
    rows.forEach((element, index) => element.setAttribute("aria-selected", chosen.has(options[index].value) ? "true" : "false"));
    if (done) done.disabled = chosen.size < least;
  }

  function setActive(index) {
    rows[active]?.classList.remove("active");
    active = Math.max(0, Math.min(rows.length - 1, index));
    rows[active]?.classList.add("active");
    rows[active]?.scrollIntoView({ block: "nearest" });
    button.setAttribute("aria-activedescendant", rows[active]?.id ?? "");
  }

  const isOpen = () => root.classList.contains("open");

  function open() {
    if (isOpen() || component.disabled || waiting) return;
    before = new Set(chosen);
    root.classList.add("open");
    button.setAttribute("aria-expanded", "true");
    popup.showPopover();
    place();
    setActive(Math.max(0, options.findIndex((option) => chosen.has(option.value))));
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("resize", place);
    document.addEventListener("scroll", place, true);
  }

  function close(keep) {
    if (!isOpen()) return;
    root.classList.remove("open");
    button.setAttribute("aria-expanded", "false");
    button.removeAttribute("aria-activedescendant");
    popup.hidePopover();
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", place);
    document.removeEventListener("scroll", place, true);
    const changed = chosen.size !== before.size || [...chosen].some((value) => !before.has(value));
    if (keep && changed && chosen.size >= least) choose([...chosen]);
    else if (changed) chosen = before;
    show();
    root.dispatchEvent(new CustomEvent("selectclose", { bubbles: true }));
  }

  function outside(event) {
    if (!root.contains(event.target)) close(many);
  }

  function place(event) {
    if (event?.target instanceof Node && popup.contains(event.target)) return;
    const box = button.getBoundingClientRect();
    const below = window.innerHeight - box.bottom - 12, above = box.top - 12;
    const upward = below < Math.min(260, popup.scrollHeight) && above > below;
    popup.style.width = `${box.width}px`;
    popup.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - box.width - 8))}px`;
    list.style.maxHeight = `${Math.max(120, Math.min(320, (upward ? above : below) - (many ? 56 : 0)))}px`;
    popup.style.top = upward ? "auto" : `${box.bottom + GAP}px`;
    popup.style.bottom = upward ? `${window.innerHeight - box.top + GAP}px` : "auto";
  }

  function pick(index) {
    const value = options[index]?.value;
    if (value === undefined) return;
    if (!many) {
      // Choosing what is already chosen is a choice too, as on Discord.
      before = new Set();
      chosen = new Set([value]);
      close(true);
      return;
    }
    if (chosen.has(value)) chosen.delete(value);
    else if (chosen.size < most) chosen.add(value);
    setActive(index);
    show();
  }

  function typeAhead(key) {
    typed = performance.now() - typedAt > 700 ? key : typed + key;
    typedAt = performance.now();
    const found = options.findIndex((option) => option.label.toLowerCase().startsWith(typed.toLowerCase()));
    if (found >= 0) setActive(found);
  }

  button.addEventListener("click", () => (isOpen() ? close(many) : open()));
  root.addEventListener("focusout", (event) => {
    if (isOpen() && event.relatedTarget && !root.contains(event.relatedTarget)) close(many);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) {
      event.stopPropagation();
      event.preventDefault();
      close(false);
      button.focus();
      return;
    }
    if (event.target !== button) return;
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: rows.length - 1 };
    if (event.key in moves) {
      event.preventDefault();
      if (isOpen()) setActive(moves[event.key]);
      else open();
    } else if (isOpen() && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      pick(active);
    } else if (isOpen() && event.key.length === 1 && !event.ctrlKey && !event.metaKey) typeAhead(event.key);
  });
  root.values = () => [...chosen];
  return root;
}
