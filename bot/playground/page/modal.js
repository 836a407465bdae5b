/* The bot's forms: a dialog built from a modal's components, sent back in Discord's shape. */
import { channelOptions, peopleOptions, roleOptions } from "./components.js";
import { dots, h, icon, table, uniqueId } from "./dom.js";
import { fileField, takeFiles } from "./files.js";
import { onShowModal, submitModal } from "./interactions.js";
import { markdown } from "./markdown.js";
import { selectMenu } from "./selects.js";

let open = null;

export function mountModals() {
  onShowModal(show);
}

function show({ interaction_id: interactionId, modal }) {
  open?.close();
  const title = uniqueId("modal-title");
  const problem = h("div", { class: "modal-problem", role: "alert" });
  const fields = (modal.components ?? []).map(topLevel);
  const submit = h("button", { type: "submit", class: "button primary" }, "Submit");
  const form = h("form", { novalidate: true },
    h("header", { class: "modal-head" }, h("h2", { id: title, text: modal.title ?? "" }), h("button", { type: "button", class: "icon-button", "aria-label": "Close the form", on: { click: () => dialog.close() } }, icon("close", 22))),
    h("div", { class: "modal-fields" }, fields.map((field) => field.element)),
    problem,
    h("footer", { class: "modal-foot" }, h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel"), submit));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": title, dataset: { testid: "modal", customId: modal.custom_id } }, form);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-disabled")) return;
    problem.textContent = "";
    const wrong = fields.map((field) => [field, field.problem()]).filter(([, words]) => words);
    for (const field of fields) field.mark(null);
    if (wrong.length) {
      wrong.forEach(([field, words]) => field.mark(words));
      wrong[0][0].focus();
      return;
    }
    const sent = submitModal(interactionId, modal.custom_id, fields.map((field) => field.value()).filter(Boolean), (outcome, reason) => {
      if (outcome === "acknowledged") return dialog.close();
      submit.removeAttribute("aria-disabled");
      submit.replaceChildren("Submit");
      problem.textContent = outcome === "lost" ? "The connection was lost. Please try again." : reason || "Something went wrong. Try again.";
    });
    if (!sent) return;
    submit.setAttribute("aria-disabled", "true");
    submit.replaceChildren(dots());
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (open === dialog) open = null;
  });
  document.body.append(dialog);
  open = dialog;
  dialog.showModal();
  fields.find((field) => field.focus)?.focus();
}

/** One entry of the form: {element, problem(), mark(words), value(), focus()}. */
function topLevel(component) {
  if (component.type === 10) return silent(markdown(component.content));
  if (component.type === 1) {
    const inner = component.components?.[0] ?? {};
    return labelled(inner.label ?? "", null, inner, (value) => ({ type: 1, components: [value] }));
  }
  if (component.type === 18) return labelled(component.label, component.description, component.component, (value) => ({ type: 18, component: value }));
  return silent(h("p", { class: "unsupported", text: `(a part of the form this playground cannot show: type ${component.type})` }));
}

const silent = (element) => ({ element, problem: () => null, mark: () => {}, value: () => null });

function labelled(label, description, component, wrap) {
  const control = (CONTROLS[component.type] ?? unsupported)(component, label);
  const required = component.required ?? true;
  const wrong = h("div", { class: "field-problem", id: uniqueId("wrong") });
  const hint = description && h("small", { text: description, id: uniqueId("hint") });
  const head = [label, required && component.type !== 23 ? h("span", { class: "required", "aria-hidden": "true", text: " *" }) : null];
  const grouped = control.grouped;
  const element = grouped
    ? h("fieldset", { class: "field" }, h("legend", {}, head), hint, control.element, wrong)
    : h("div", { class: "field" }, h("label", { for: control.input?.id }, head), hint, control.element, wrong);
  if (hint && control.input) control.input.setAttribute("aria-describedby", hint.id);
  control.input?.setAttribute?.("data-custom-id", component.custom_id ?? "");
  const mark = (words) => {
    wrong.textContent = words ?? "";
    element.classList.toggle("wrong", Boolean(words));
  };
  for (const event of ["input", "selectclose"]) element.addEventListener(event, () => mark(null));
  return {
    element,
    mark,
    focus: () => (control.focus ?? (() => control.input?.focus()))(),
    problem: () => control.problem(required),
    value: () => wrap({ type: component.type, custom_id: component.custom_id, ...control.value() }),
  };
}

const CONTROLS = table({
  4: textInput,
  3: (component, label) => selectInput({ ...component, label }),
  5: (component, label) => selectInput({ ...component, label, options: peopleOptions(component) }),
  6: (component, label) => selectInput({ ...component, label, options: roleOptions(component) }),
  8: (component, label) => selectInput({ ...component, label, options: channelOptions(component) }),
  19: fileUpload,
  21: (component) => choiceGroup(component, "radio"),
  22: (component) => choiceGroup(component, "checkbox"),
  23: checkbox,
});

function textInput(component) {
  const long = component.style === 2;
  const input = h(long ? "textarea" : "input", { id: uniqueId("field"), type: long ? null : "text", rows: long ? "4" : null, maxlength: component.max_length ?? 4000, placeholder: component.placeholder, value: component.value ?? "" });
  const counter = component.max_length && h("small", { class: "counter", "aria-hidden": "true" });
  const count = () => { if (counter) counter.textContent = `${[...input.value].length} / ${component.max_length}`; };
  input.addEventListener("input", count);
  count();
  return {
    input, element: h("div", { class: "text-field" }, input, counter), value: () => ({ value: input.value }),
    problem(required) {
      const length = [...input.value].length;
      if (!length) return required ? "Please fill this in." : null;
      return component.min_length && length < component.min_length ? `At least ${component.min_length} characters, please.` : null;
    },
  };
}

function selectInput(component) {
  let values = (component.options ?? []).filter((option) => option.default).map((option) => option.value);
  const menu = selectMenu({ ...component, options: component.options ?? [], choose: (chosen) => { values = chosen; } });
  const input = menu.querySelector(".select");
  input.id = uniqueId("field");
  return { input, element: menu, value: () => ({ values }), problem: (required) => (required && !values.length ? "Please choose." : null) };
}

function choiceGroup(component, type) {
  const name = uniqueId("group");
  const inputs = (component.options ?? []).map((option) => {
    const input = h("input", { type, name, value: option.value });
    input.checked = Boolean(option.default);
    const row = h("label", { class: "choice" }, input, h("span", { class: "option-words" }, h("span", { text: option.label }), option.description && h("small", { text: option.description })));
    return { input, row };
  });
  const chosen = () => inputs.filter(({ input }) => input.checked).map(({ input }) => input.value);
  const least = component.min_values ?? 1, most = component.max_values ?? inputs.length;
  return {
    grouped: true, element: h("div", { class: "choices", dataset: { customId: component.custom_id } }, inputs.map(({ row }) => row)), focus: () => inputs[0]?.input.focus(),
    value: () => (type === "radio" ? { value: chosen()[0] ?? null } : { values: chosen() }),
    problem(required) {
      const count = chosen().length;
      if (required && !count) return "Please choose.";
      if (type === "radio" || !count) return null;
      if (count < least) return `Choose at least ${least}.`;
      return count > most ? `Choose at most ${most}.` : null;
    },
  };
}

function checkbox(component) {
  const input = h("input", { type: "checkbox", id: uniqueId("field"), class: "single" });
  input.checked = Boolean(component.default);
  return { input, element: input, value: () => ({ value: input.checked }), problem: () => null };
}

function fileUpload(component, label) {
  const least = component.min_values ?? 1, most = component.max_values ?? 1;
  const said = h("div", { class: "field-problem", role: "alert" });
  const files = fileField({
    label, most, testid: `upload-${component.custom_id}`, say: (words) => { said.textContent = words; },
    changed: () => files.element.dispatchEvent(new Event("input", { bubbles: true })),
  });
  takeFiles(files.element, (dropped) => { files.add(dropped); return true; });
  return {
    grouped: true, element: h("div", { dataset: { customId: component.custom_id } }, files.element, said), focus: files.focus, value: () => ({ values: files.ids() }),
    problem(required) {
      const count = files.ids().length;
      if (files.problem()) return files.problem();
      if (required && !count) return "Please choose a file.";
      return count && count < least ? `Choose at least ${least} files.` : null;
    },
  };
}

function unsupported() {
  return { element: h("p", { class: "unsupported", text: "This playground cannot show this field." }), value: () => ({}), problem: () => null };
}
