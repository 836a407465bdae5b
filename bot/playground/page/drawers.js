/* The side columns: always there on a wide window, drawers on a narrow one. */

const NARROW = matchMedia("(max-width: 760px)");
const MIDDLE = matchMedia("(max-width: 1080px)");
let opener = null;

const side = (id) => document.getElementById(id);
const isDrawer = (id) => (id === "left" ? NARROW : MIDDLE).matches;
const isShown = (id) => (isDrawer(id) ? side(id).classList.contains("open") : !document.getElementById("app").classList.contains(`no-${id}`));

export function toggleSide(id, button) {
  if (!isDrawer(id)) {
    document.getElementById("app").classList.toggle(`no-${id}`);
  } else if (isShown(id)) {
    closeDrawers();
    return;
  } else {
    closeDrawers();
    side(id).classList.add("open");
    side("shade").hidden = false;
    opener = button;
    side(id).querySelector("button, a, input")?.focus();
  }
  settle();
}

export function closeDrawers() {
  const wasOpen = document.querySelector(".side.open");
  for (const id of ["left", "right"]) side(id).classList.remove("open");
  side("shade").hidden = true;
  settle();
  if (wasOpen?.contains(document.activeElement)) opener?.focus();
}

function settle() {
  for (const button of document.querySelectorAll("[data-side]")) button.setAttribute("aria-expanded", isShown(button.dataset.side) ? "true" : "false");
  side("main").inert = !side("shade").hidden;
}

export function mountDrawers() {
  side("shade").addEventListener("click", closeDrawers);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !side("shade").hidden) closeDrawers();
  });
  for (const query of [NARROW, MIDDLE]) query.addEventListener("change", closeDrawers);
}
