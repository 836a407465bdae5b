/* Dark or light: the system's, until the reader says otherwise. */
import { h, icon } from "./dom.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");

export function themeButton() {
  const button = h("button", { type: "button", class: "icon-button", dataset: { testid: "theme" }, on: { click: flip } });
  function show() {
    const next = current() === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to the ${next} theme`);
    button.title = `Switch to the ${next} theme`;
    button.replaceChildren(icon(next === "light" ? "sun" : "moon"));
  }
  function flip() {
    const theme = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("playground-theme", theme);
    } catch { /* not stored: it lasts as long as the page */ }
    show();
  }
  system.addEventListener("change", show);
  show();
  return button;
}
