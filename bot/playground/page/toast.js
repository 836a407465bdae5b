/* Short sentences in a corner, read out politely and gone after a while. */
import { h, icon } from "./dom.js";

const SHOWN_MS = 7000;

/** Copy to the clipboard, and say so; `what` names it. */
export async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}.`);
  } catch {
    toast(`Your browser did not let this page copy ${what}.`);
  }
}

export function toast(text) {
  const box = document.getElementById("toasts");
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => item.remove() } }, icon("close", 16));
  const item = h("div", { class: "toast", dataset: { testid: "toast" } }, h("span", { text }), close);
  box.append(item);
  while (box.children.length > 3) box.firstChild.remove();
  setTimeout(() => item.remove(), SHOWN_MS);
}
