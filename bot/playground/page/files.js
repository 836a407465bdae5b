/* Files on their way to the bot: chosen, dropped or pasted, uploaded at once, shown by name and size, and taken away again. */
import { h, icon } from "./dom.js";
import { fileSize } from "./media.js";
import { state } from "./state.js";

const MOST_BYTES = 10 * 1024 * 1024;

/** Send a file to the playground; its attachment, or an error whose message is a sentence. */
async function upload(file) {
  const url = new URL("upload", document.baseURI);
  url.search = new URLSearchParams({ as: state.me?.id ?? "", name: file.name });
  const answer = await fetch(url, { method: "POST", body: file }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (!answer?.ok) throw new Error(said?.error ?? `${file.name} could not be uploaded. Try again in a moment.`);
  return said;
}

/**
 * Room for up to `most` files: {element, button, add(files), ids(), problem(), clear(), focus()}.
 * `changed()` is called when files come or go, `say(sentence)` when one could not be taken.
 */
export function fileField({ label, most = 1, testid, changed = () => {}, say = () => {} }) {
  let files = []; // {file, id: null while it is uploaded, row}
  const input = h("input", { type: "file", class: "file-input", tabindex: "-1", "aria-hidden": "true", multiple: most > 1, dataset: { testid }, on: { change: () => { add(input.files); input.value = ""; } } });
  const button = h("button", { type: "button", class: "button secondary choose-file", "aria-label": label, on: { click: () => input.click() } }, icon("clip", 16), most > 1 ? "Choose files" : "Choose a file");
  const list = h("ul", { class: "files" });
  const element = h("div", { class: "file-field" }, list, button, input);

  function show() {
    list.replaceChildren(...files.map((entry) => entry.row));
    list.hidden = !files.length;
    button.hidden = files.length >= most;
  }

  function row(entry) {
    const { name, size } = entry.file;
    const note = entry.id ? fileSize(size) : "Uploading…";
    return h("li", { class: "file-chip", title: name }, icon("file", 18), h("span", { class: "file-name", text: name }), h("small", { text: note }),
      h("button", { type: "button", class: "icon-button", "aria-label": `Remove ${name}`, on: { click: () => remove(entry, { focus: true }) } }, icon("close", 14)));
  }

  function remove(entry, { focus = false } = {}) {
    files = files.filter((other) => other !== entry);
    show();
    if (focus) button.focus();
    changed();
  }

  function add(chosen) {
    for (const file of [...chosen]) {
      if (files.length >= most) say(most === 1 ? "Only one file fits here. Remove it to choose another one." : `Only ${most} files fit here.`);
      else if (file.size > MOST_BYTES) say(`${file.name} is too large. Choose a file of at most ${MOST_BYTES / 1048576} MB.`);
      else start(file);
    }
    show();
  }

  async function start(file) {
    say("");
    const entry = { file, id: null };
    entry.row = row(entry);
    files.push(entry);
    try {
      entry.id = (await upload(file)).id;
    } catch (problem) {
      remove(entry);
      return say(problem.message);
    }
    entry.row = row(entry);
    show();
    if (files.includes(entry)) changed();
  }

  show();
  return {
    element, button, add,
    ids: () => files.map((entry) => entry.id).filter(Boolean),
    problem: () => (files.some((entry) => !entry.id) ? "The file is still being uploaded. Try again in a moment." : null),
    clear: () => { files = []; show(); },
    focus: () => (button.hidden ? list.querySelector("button") : button).focus(),
  };
}

/** Hand over the files that are dropped on an element or pasted into it; `take(files)` says whether it took them. */
export function takeFiles(element, take) {
  element.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  for (const kind of ["drop", "paste"]) {
    element.addEventListener(kind, (event) => {
      const files = (event.dataTransfer ?? event.clipboardData)?.files;
      if (event.defaultPrevented || !files?.length || !take(files)) return;
      event.preventDefault();
    });
  }
}
