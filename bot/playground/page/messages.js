/* The list of messages of the open channel, kept in step with the state. */
import { dayNumber, fullDate } from "./clock.js";
import { displayName, dots, h, icon } from "./dom.js";
import { pendingCommand } from "./interactions.js";
import { renderMessage } from "./message.js";
import { DM, GROUP, channel, channelMessages, commandsHere, findMessage, on, state } from "./state.js";

const GROUP_MS = 7 * 60 * 1000;
const NEAR_BOTTOM_PX = 40;
const FIRST_COMMANDS = ["help", "lesson", "quiz", "demo", "leaderboard"];

const shown = new Map(); // message id -> {message, grouped, element}
let scroller, log, pill, typingLine, shownChannel, startCommand;
let stick = true;

export function mountMessages(main, options) {
  startCommand = options.startCommand;
  log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Messages", dataset: { testid: "messages" } });
  scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Conversation" }, log);
  pill = h("button", { type: "button", class: "new-pill", hidden: true, on: { click: toBottom } }, "New messages ", icon("down", 16));
  typingLine = h("div", { class: "typing", "aria-live": "polite" });
  main.append(h("div", { class: "scroller-box" }, scroller, pill), typingLine);
  let lastTop = 0;
  scroller.addEventListener("scroll", () => {
    const top = scroller.scrollTop;
    if (scroller.scrollHeight - top - scroller.clientHeight < NEAR_BOTTOM_PX) stick = true;
    else if (top < lastTop) stick = false; // only the reader scrolls up; growing content does not
    lastTop = top;
    if (stick) pill.hidden = true;
  });
  // Pictures and wrapped lines change heights after the fact; the end stays in view while it was.
  const keepEnd = new ResizeObserver(() => { if (stick) showEnd(); });
  keepEnd.observe(log);
  keepEnd.observe(scroller);
  log.addEventListener("selectclose", () => setTimeout(sync, 0));

  on("all channel", rebuild);
  on("day", refreshAll); // "Today at …" has become yesterday
  on("members channels", () => {
    if (shown.size) refreshAll();
    else rebuild();
  });
  on("commands", () => { if (!shown.size) rebuild(); });
  on("bot", () => { showTyping(); if (!shown.size) rebuild(); });
  on("messages", ({ channelId, messageId, isNew }) => {
    if (shown.has(channelId)) refresh(channelId); // the card of a thread has the id of the message that it hangs on
    if (channelId !== state.channelId) return;
    sync({ newest: isNew && messageId });
    showTyping();
  });
  on("pending", (entry) => {
    if (entry.messageId) refresh(entry.messageId);
    showTyping();
  });
  on("typing", showTyping);
}

/** The newest message; a welcome is read from its beginning. */
function showEnd() {
  scroller.scrollTop = shown.size ? scroller.scrollHeight : 0;
}

function toBottom() {
  stick = true;
  showEnd();
  pill.hidden = true;
}

function rebuild() {
  const sameChannel = shownChannel === state.channelId;
  log.setAttribute("aria-busy", "true");
  shown.clear();
  log.replaceChildren();
  shownChannel = state.channelId;
  if (!sameChannel) stick = true;
  sync();
  if (stick) toBottom();
  showTyping();
  log.removeAttribute("aria-busy");
}

/** Bring the list in step: reuse what has not changed, replace what has, keep focus and open spoilers. */
function sync({ newest } = {}) {
  const messages = channelMessages(state.channelId);
  const wanted = [];
  let previous = null;
  for (const message of messages) {
    const day = dayNumber(Date.parse(message.timestamp));
    const newDay = !previous || dayNumber(Date.parse(previous.timestamp)) !== day;
    if (newDay) wanted.push(dayLine(day, message));
    wanted.push(elementOf(message, !newDay && follows(previous, message)));
    previous = message;
  }
  const ids = new Set(messages.map((message) => message.id));
  for (const id of shown.keys()) if (!ids.has(id)) shown.delete(id);
  if (messages.length === 0) wanted.push(welcome());
  arrange(wanted);
  if (newest && isMine(findMessage(state.channelId, newest))) stick = true;
  if (stick) toBottom();
  else if (newest) pill.hidden = false;
}

/** Whether this tab's member wrote it, or it answers what they did: that comes into view wherever they had scrolled to. */
function isMine(message) {
  const by = message?.local ? state.me : (message?.interaction_metadata ?? message?.interaction)?.user ?? message?.author;
  return Boolean(by) && by.id === state.me?.id;
}

function arrange(wanted) {
  const keep = new Set(wanted);
  for (const child of [...log.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((element, index) => {
    if (log.children[index] !== element) log.insertBefore(element, log.children[index] ?? null);
  });
}

const dayLines = new Map();
function dayLine(day, message) {
  if (!dayLines.has(day)) dayLines.set(day, h("div", { class: "day", role: "separator" }, h("span", { text: fullDate(Date.parse(message.timestamp)) })));
  return dayLines.get(day);
}

function follows(previous, message) {
  return previous && previous.author?.id === message.author?.id && !message.interaction && !message.interaction_metadata?.name && !message.message_reference
    && (previous.flags & 64) === (message.flags & 64) && Date.parse(message.timestamp) - Date.parse(previous.timestamp) < GROUP_MS;
}

function elementOf(message, grouped) {
  const old = shown.get(message.id);
  if (old && old.message === message && old.grouped === grouped) return old.element;
  // An open menu would lose its half-made choice; the list is brought in step when it closes.
  if (old?.element.querySelector(".select-root.open")) return old.element;
  const element = drawn(message, grouped);
  shown.set(message.id, { message, grouped, element });
  if (old?.element.isConnected) swap(old.element, element);
  return element;
}

/** The message as an element. One that can't be drawn says so in its place, and those after it are shown. */
function drawn(message, grouped) {
  try {
    return renderMessage(message, grouped);
  } catch (problem) {
    console.warn(`message ${message.id} could not be drawn:`, problem);
    return h("article", { class: "message", tabindex: "-1", dataset: { messageId: message.id } },
      h("div", { class: "failed", role: "alert" }, icon("warning", 16), "This page can't show this message. The messages after it are not affected."));
  }
}

function swap(old, element) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const wasSpoilers = [...old.querySelectorAll(".spoiler")];
  const spoilers = [...element.querySelectorAll(".spoiler")];
  if (wasSpoilers.length === spoilers.length) spoilers.forEach((spoiler, index) => { if (wasSpoilers[index].classList.contains("shown")) spoiler.reveal(); });
  old.replaceWith(element);
  if (!focused) return;
  const customId = focused.dataset.customId;
  const again = customId && element.querySelector(`[data-custom-id="${CSS.escape(customId)}"]:not(:disabled)`);
  (again || element).focus({ preventScroll: true });
}

function refresh(messageId) {
  const old = shown.get(messageId);
  if (!old || old.element.querySelector(".select-root.open")) return;
  const message = findMessage(state.channelId, messageId) ?? old.message;
  const element = drawn(message, old.grouped);
  shown.set(messageId, { message, grouped: old.grouped, element });
  swap(old.element, element);
}

function refreshAll() {
  for (const messageId of [...shown.keys()]) refresh(messageId);
}

function showTyping() {
  const now = performance.now();
  const names = [...(state.typing.get(state.channelId)?.values() ?? [])].filter((entry) => entry.until > now).map((entry) => displayName(entry.user));
  const command = pendingCommand(state.channelId);
  const words = command ? `Sending /${command}…` : names.length === 1 ? `${names[0]} is typing…` : names.length > 1 ? `${names.join(", ")} are typing…` : "";
  if (typingLine.dataset.words === words) return;
  typingLine.dataset.words = words;
  typingLine.replaceChildren(...(words ? [dots(), h("span", { text: words })] : []));
}

function welcome() {
  const place = channel();
  const known = new Map(commandsHere().map((command) => [command.name, command]));
  const chips = FIRST_COMMANDS.filter((name) => known.has(name)).map((name) => h("button", {
    type: "button", class: "chip", on: { click: () => startCommand(name) },
  }, h("strong", { text: `/${name}` }), h("span", { text: known.get(name).description })));
  return h("div", { class: "welcome" },
    h("div", { class: "welcome-mark" }, icon(place?.type === DM ? "book" : place?.type === GROUP ? "people" : "hash", 40)),
    h("h2", { text: place?.type === DM ? `Your direct messages with ${place.name}` : `Welcome to ${place?.type === GROUP ? "" : "#"}${place?.name ?? ""}` }),
    h("p", { text: "This is a small Discord on your own machine. The bot is the real one; nothing you do here leaves this computer. Open a second tab as another member to play together." }),
    chips.length > 0 && h("p", { class: "welcome-try", text: "Try one of these:" }),
    h("div", { class: "chips" }, chips));
}
