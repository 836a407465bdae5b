/* A small menu in the top layer, opened from a button. */
import { h, uniqueId } from "./dom.js";

export function openMenu(button, items) {
  if (button.getAttribute("aria-expanded") === "true") return;
  const entries = items.map((item) => h("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: item.danger ? "menu-item danger" : "menu-item",
    on: { click: () => { close(); item.run(); } },
  }, item.label));
  const menu = h("div", { class: "menu", role: "menu", id: uniqueId("menu"), popover: "manual" }, entries);
  document.body.append(menu);
  menu.showPopover();
  const box = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8)}px`;
  button.setAttribute("aria-expanded", "true");
  entries[0].focus();

  function close() {
    document.removeEventListener("pointerdown", outside, true);
    button.setAttribute("aria-expanded", "false");
    menu.remove();
    if (button.isConnected) button.focus();
  }
  function outside(event) {
    if (!menu.contains(event.target)) close();
  }
  document.addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", (event) => {
    const index = entries.indexOf(document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key === "ArrowDown") entries[(index + 1) % entries.length].focus();
    else if (event.key === "ArrowUp") entries[(index - 1 + entries.length) % entries.length].focus();
    else return;
    event.preventDefault();
  });
}
