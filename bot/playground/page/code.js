/* Highlighted code as DOM nodes, made from highlight.js's token tree: its HTML is never used. */
import hljs from "./vendor/highlight.js";
import { h, icon, table } from "./dom.js";
import { copyText } from "./toast.js";

const ALIASES = table({ py: "python", python3: "python", pycon: "python", yml: "yaml", sh: "bash", shell: "bash", console: "bash", text: "plaintext", txt: "plaintext" });
const LONGEST = 20000;

// Code wider than its box scrolls inside it, by keyboard too; code that fits is no tab stop.
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

export function codeTokens(text, language) {
  const name = ALIASES[language.toLowerCase()] ?? language.toLowerCase();
  if (!hljs.getLanguage(name) || text.length > LONGEST) return [text];
  return tokens(hljs.highlight(text, { language: name, ignoreIllegals: true })._emitter.rootNode);
}

function tokens(node) {
  return node.children.map((child) => {
    if (typeof child === "string") return child;
    const scope = (child.scope ?? "").split(".").filter((part) => /^[\w-]+$/.test(part));
    const name = scope.map((part, depth) => (depth ? part + "_".repeat(depth) : `hljs-${part}`)).join(" ");
    return h("span", { class: name }, tokens(child));
  });
}

export function codeBlock(text, language) {
  const copy = h("button", {
    type: "button", class: "copy-code", "aria-label": "Copy this code",
    on: { click: () => copyText(text, "the code") },
  }, icon("file", 16));
  const pre = h("pre", {}, h("code", { class: "hljs" }, codeTokens(text, language)));
  wide.observe(pre);
  return h("div", { class: "code-block" }, pre, copy);
}
