/* Discord Markdown → a tree: the vendored parser's rules, with what Discord has learnt since (lists, new timestamp
   styles) and without what this page must not do (links to anything but the web). */
import { rulesExtended, SimpleMarkdown } from "./vendor/discord-markdown-parser.js";

const WEB = /^https?:\/\//i;
const BULLET = /^( *)([-*]|\d{1,9}\.) +(\S.*)$/;
const FENCE = /```/g;

const atLineStart = (state) => !state.within && (state.prevCapture === null || state.prevCapture[0].endsWith("\n"));
const atLine = (rule, regex) => ({ ...rule, match: (source, state) => (atLineStart(state) ? regex.exec(source) : null) });
const webOnly = (rule, group) => ({
  ...rule,
  match(source, state, previous) {
    const capture = rule.match(source, state, previous);
    return capture && WEB.test(capture[group]) ? capture : null;
  },
});

/** The lines at the start of `source` that belong to one list, fenced code inside its items included. */
function listLines(source) {
  const lines = [];
  let open = false;
  for (const line of source.split("\n")) {
    const belongs = open || BULLET.test(line) || (lines.length > 0 && /^ {2,}\S/.test(line));
    if (!belongs) break;
    if ((line.match(FENCE) ?? []).length % 2) open = !open;
    lines.push(line);
  }
  return lines;
}

function parseList(lines, parse, state) {
  const root = { indent: -1, items: [] };
  const levels = [root];
  let fenced = false;
  for (const line of lines) {
    const bullet = fenced ? null : BULLET.exec(line);
    const top = levels.at(-1);
    if (bullet) {
      const indent = bullet[1].length;
      const ordered = /\d/.test(bullet[2]);
      while (levels.at(-1).indent > indent) levels.pop();
      if (levels.at(-1).indent === indent && levels.at(-1).ordered !== ordered) levels.pop();
      if (levels.at(-1).indent < indent) {
        const list = { type: "list", ordered, start: ordered ? parseInt(bullet[2], 10) : undefined, indent, items: [] };
        const owner = levels.at(-1);
        (owner.items.at(-1)?.lists ?? (owner.lists ??= [])).push(list);
        levels.push(list);
      }
      levels.at(-1).items.push({ text: bullet[3], lists: [] });
    } else {
      top.items.at(-1).text += `\n${line.slice(Math.min(top.indent + 2, line.search(/\S|$/)))}`;
    }
    if ((line.match(FENCE) ?? []).length % 2) fenced = !fenced;
  }
  const finish = (list) => {
    for (const item of list.items) {
      item.content = parse(item.text, { ...state, prevCapture: null });
      item.lists.forEach(finish);
    }
  };
  root.lists.forEach(finish);
  return root.lists;
}

const list = {
  order: SimpleMarkdown.defaultRules.list.order - 0.4,
  match(source, state) {
    if (!atLineStart(state) || !BULLET.test(source.slice(0, source.indexOf("\n") >>> 0))) return null;
    const lines = listLines(source);
    const text = lines.join("\n");
    const match = [source.length > text.length ? `${text}\n` : text];
    match.lines = lines;
    return match;
  },
  parse: (capture, parse, state) => parseList(capture.lines, parse, state),
};

const { twemoji, guildNavigation, newline, ...kept } = rulesExtended;
// What stands inside bold, italics and the like never starts a line, though the parser begins there again.
const inline = (rule) => ({ ...rule, parse: (capture, parse, state) => rule.parse(capture, parse, { ...state, within: true }) });
const inlineRules = Object.fromEntries(
  ["strong", "em", "underline", "strikethrough", "spoiler"].filter((name) => kept[name]).map((name) => [name, inline(kept[name])]),
);
const rules = {
  ...kept,
  ...inlineRules,
  list,
  heading: atLine(kept.heading, /^(#{1,3}) +([^\n]+?) *(\n|$)/),
  subtext: atLine(kept.subtext, /^-# +([^\n]+?)(\n|$)/),
  timestamp: { ...kept.timestamp, match: (source) => /^<t:(-?\d{1,17})(?::([tTdDfFRsS]))?>/.exec(source) },
  link: webOnly({ ...kept.link, match: (source, ...rest) => (source.startsWith("[") && /\]\(\s*<?https?:/i.test(source) ? kept.link.match(source, ...rest) : null) }, 2),
  autolink: webOnly(kept.autolink, 1),
  url: webOnly(kept.url, 1),
};
const parser = SimpleMarkdown.parserFor(rules);

export function parse(source) {
  try {
    return parser(source, { inline: true });
  } catch {
    // Whatever odd text makes the parser give up is still text.
    return [{ type: "text", content: source }];
  }
}
