/* Small helpers that build DOM nodes. Text always arrives as text nodes: nothing here ever parses markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. `props`: class, text, dataset, style (an object), on (listeners), anything else an attribute. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

const ICONS = {
  hash: "M10 3 8 21M16 3l-2 18M4 8.5h17M3 15.5h17",
  thread: "M4 5h16v10h-7l-5 4v-4H4zM8 9h8M8 12h5",
  menu: "M4 6h16M4 12h16M4 18h16",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.4a3.5 3.5 0 0 1 0 6.2M18 14.6c2.2.8 3.5 2.8 3.5 5.4",
  eye: "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  external: "M9 5H5v14h14v-4M13 4h7v7M20 4l-9 9",
  chevron: "m6 9 6 6 6-6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  send: "M4 12 3.5 4.5 21 12 3.5 19.5 4 12Zm0 0h9",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  clip: "M20 11.500l-8.500 8.500a5 5 0 0 1-7-7L13 4.500a3.300 3.300 0 0 1 4.700 4.700L9.500 17.500a1.700 1.700 0 0 1-2.400-2.400L14.500 7.500",
  tag: "M4 4h7.500l8.500 8.500-7.500 7.500L4 11.500ZM8 8h.01",
  plus: "M12 5v14M5 12h14",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.5 2",
  warning: "M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2h.01",
  reply: "M4 17v-3a4 4 0 0 1 4-4h12M15 5l5 5-5 5",
  down: "M12 5v14M6 13l6 6 6-6",
  book: "M4 5.5C6.5 4 9.500 4 12 6c2.500-2 5.500-2 8-.5V19c-2.500-1.500-5.500-1.500-8 .5-2.500-2-5.500-2-8-.5ZM12 6v13.500",
};

/** A line icon; decorative, so screen readers skip it. */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const AVATAR_HUES = ["#5865f2", "#1f8b4c", "#c2410c", "#a21caf", "#0e7490", "#b91c55", "#4d7c0f", "#6d4bd8", "#9a5b13"];

/** A circle with the name's first letter, in a colour of the name's own; the bot gets a book. */
export function avatar(user, size = 40) {
  let sum = 0;
  for (const letter of String(user?.username ?? "")) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  const letter = [...displayName(user).trim()][0] ?? "?";
  return h("span", {
    class: user?.bot ? "avatar bot" : "avatar",
    "aria-hidden": "true",
    style: { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.45)}px`, backgroundColor: AVATAR_HUES[sum % AVATAR_HUES.length] },
  }, user?.bot ? icon("book", Math.round(size * 0.6)) : letter.toUpperCase());
}

export function displayName(user, member) {
  return member?.nick || user?.global_name || user?.username || "Someone";
}

/** Discord's thinking dots. */
export function dots() {
  return h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}

/** A table to look up words that others wrote: nothing but its own entries is ever found in it. */
export const table = (entries) => Object.assign(Object.create(null), entries);

let lastId = 0;
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
