/* Discord Markdown as DOM nodes. */
import { timestamp } from "./clock.js";
import { codeBlock } from "./code.js";
import { displayName, h, table } from "./dom.js";
import { parse } from "./markdown_rules.js";
import { person, selectChannel, state } from "./state.js";

let openCommand = () => {};
export const onCommandMention = (callback) => { openCommand = callback; };

/** Render text. `context.mentionsEveryone` lets @everyone look like the ping it was. */
export function markdown(source, context = {}) {
  return h("div", { class: "markdown" }, nodes(parse(source ?? ""), context));
}

function nodes(tree, context) {
  const out = [];
  tree.forEach((node, index) => {
    // The line break that ends a block belongs to it; a second one is an empty line.
    if (node.type === "br" && index > 0 && tree[index - 1].type === "codeBlock") return;
    out.push((RENDER[node.type] ?? RENDER.text)(node, context));
  });
  return out;
}

const wrap = (tag, name) => (node, context) => h(tag, { class: name }, nodes(node.content, context));

const RENDER = table({
  text: (node) => (typeof node.content === "string" ? node.content : ""),
  br: () => h("br"),
  em: wrap("em"),
  strong: wrap("strong"),
  underline: wrap("u"),
  strikethrough: wrap("s"),
  subtext: wrap("p", "subtext"),
  blockQuote: (node, context) => h("blockquote", {}, nodes(node.content, context)),
  heading: (node, context) => h(`h${node.level + 1}`, { class: `heading-${node.level}` }, nodes(node.content, context)),
  inlineCode: (node) => h("code", { class: "inline", text: node.content }),
  codeBlock: (node) => codeBlock(node.content, node.lang ?? ""),
  spoiler: (node, context) => spoiler(nodes(node.content, context)),
  link: (node, context) => link(node.target, nodes(node.content, context)),
  autolink: (node) => link(node.target, [node.target]),
  url: (node) => link(node.target, [node.target]),
  list: (node, context) => list(node, context),
  timestamp: (node) => timestamp(node.timestamp, node.format) ?? `<t:${node.timestamp}${node.format ? `:${node.format}` : ""}>`,
  user(node) {
    const user = person(node.id);
    const mine = node.id === state.me?.id;
    return h("span", { class: mine ? "mention mine" : "mention", dataset: { userId: node.id }, text: user ? `@${displayName(user)}` : "@unknown-user" });
  },
  channel(node) {
    const found = state.channels.find((channel) => channel.id === node.id);
    if (!found) return h("span", { class: "mention", text: "#unknown" });
    return h("button", { type: "button", class: "mention", text: `#${found.name}`, on: { click: () => selectChannel(found.id) } });
  },
  role: (node) => h("span", { class: "mention", text: `@${state.guild.roles.find((role) => role.id === node.id)?.name.replace(/^@/, "") ?? "unknown-role"}` }),
  emoji: (node) => h("img", { class: "custom-emoji", src: `emojis/${node.id}.png`, alt: `:${node.name}:`, title: `:${node.name}:`, draggable: "false" }),
  everyone: (node, context) => everyone("@everyone", context),
  here: (node, context) => everyone("@here", context),
  slashCommand: (node) => h("button", {
    type: "button", class: "mention", text: `/${node.fullName}`, on: { click: () => openCommand(node.fullName) },
  }),
});

const everyone = (text, context) => (context.mentionsEveryone ? h("span", { class: "mention mine", text }) : text);

export function webAddress(target) {
  try {
    const url = new URL(target);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export function link(target, children) {
  const href = webAddress(target);
  if (!href) return h("span", {}, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: target }, children);
}

function list(node, context) {
  const props = node.ordered && node.start !== 1 ? { start: node.start } : {};
  return h(node.ordered ? "ol" : "ul", props, node.items.map((item) => (
    h("li", {}, nodes(item.content, context), item.lists.map((inner) => list(inner, context)))
  )));
}

/** Hidden until clicked, or opened with Enter or Space. */
export function spoiler(children, { block = false } = {}) {
  const inner = h("span", { class: "spoiler-text" }, children);
  inner.inert = true;
  const element = h(block ? "div" : "span", { class: block ? "spoiler block" : "spoiler", role: "button", tabindex: "0", "aria-expanded": "false", "aria-label": "Spoiler, hidden" }, inner);
  element.reveal = () => {
    element.classList.add("shown");
    inner.inert = false;
    for (const name of ["role", "tabindex", "aria-expanded", "aria-label"]) element.removeAttribute(name);
  };
  element.addEventListener("click", element.reveal);
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    element.reveal();
  });
  return element;
}
