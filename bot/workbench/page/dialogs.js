/* Questions to whoever writes: each answers with the button that was pressed, or null. */
import { h } from "../page/dom.js";

/** `buttons`: [value, label, style]. `body`: nodes, or a function that gets `close`. */
export function ask(title, body, buttons) {
  return new Promise((resolve) => {
    let answer = null;
    const close = (value) => { answer = value; dialog.close(); };
    const dialog = h("dialog", { class: "ask", "aria-label": title, dataset: { testid: "dialog" } },
      h("h2", { text: title }), h("div", { class: "ask-body" }, typeof body === "function" ? body(close) : body),
      h("div", { class: "ask-foot" }, buttons.map(([value, label, style = "secondary"]) => h("button", { type: "button", class: `button ${style}`, dataset: { testid: `answer-${value}` }, on: { click: () => close(value) } }, label))));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export const tell = (title, body) => ask(title, body, [["ok", "OK", "primary"]]);
