/* One message as an article. */
import { messageStamp, shortTime } from "./clock.js";
import { components } from "./components.js";
import { send } from "./connection.js";
import { avatar, displayName, dots, h, icon } from "./dom.js";
import { embeds } from "./embeds.js";
import { failureOf, runOnMessage } from "./interactions.js";
import { markdown } from "./markdown.js";
import { attachments } from "./media.js";
import { openMenu } from "./menu.js";
import { COMPONENTS_V2, EPHEMERAL, LOADING, channelMessages, dropMessage, findMessage, messageCommands, person, selectChannel, state } from "./state.js";
import { copyText } from "./toast.js";

const THREAD_CREATED = 18;

export function renderMessage(message, grouped) {
  const author = message.author ?? {};
  const name = displayName(person(author.id) ?? author, message.member);
  const hidden = Boolean(message.flags & EPHEMERAL);
  const body = h("div", { class: "message-body" }, content(message));
  const element = h("article", {
    class: ["message", grouped && "grouped", hidden && "ephemeral"].filter(Boolean).join(" "),
    tabindex: "-1", "aria-label": `${name}, ${messageStamp(message.timestamp)}`, dataset: { messageId: message.id },
  },
  usedLine(message),
  h("div", { class: "message-side" }, grouped ? h("time", { class: "side-time", "aria-hidden": "true", text: shortTime(message.timestamp) }) : avatar(author, 40)),
  h("div", { class: "message-main" },
    !grouped && h("header", { class: "message-head" },
      h("span", { class: "author", text: name }),
      author.bot && h("span", { class: "app-badge", text: "APP" }),
      h("time", { class: "stamp", datetime: message.timestamp, text: messageStamp(message.timestamp) })),
    body,
    threadCard(message),
    failureOf(message.id) && h("div", { class: "failed", role: "alert" }, icon("warning", 16), failureOf(message.id)),
    hidden && privateFoot(message)),
  toolbar(message));
  if (message.mentions ? message.mentions.some((user) => user.id === state.me?.id) : body.querySelector(".mention.mine")) element.classList.add("mentions-me");
  return element;
}

function content(message) {
  if (message.flags & LOADING) {
    return h("div", { class: "thinking" }, dots(), ` ${displayName(message.author)} is thinking…`);
  }
  if (message.type === THREAD_CREATED) return h("div", { class: "system" }, icon("thread", 16), ` started a thread: ${message.content}`);
  const edited = message.edited_timestamp && !message.author?.bot && h("span", { class: "edited", title: messageStamp(message.edited_timestamp), text: "(edited)" });
  if (message.flags & COMPONENTS_V2) return h("div", { class: "components v2" }, components(message.components, message));
  const words = message.content ? markdown(message.content, { mentionsEveryone: message.mention_everyone }) : null;
  if (words && edited) words.append(" ", edited);
  return [
    words,
    embeds(message.embeds),
    attachments(message.attachments),
    message.components?.length > 0 && h("div", { class: "components" }, components(message.components, message)),
  ];
}

/** The line above a reply: who used which command, or which message this answers. */
function usedLine(message) {
  const made = message.interaction_metadata;
  const name = message.interaction?.name ?? made?.name;
  const user = message.interaction?.user ?? made?.user;
  if (name && user) {
    return h("div", { class: "used" }, avatar(user, 16), h("span", { class: "used-name", text: displayName(person(user.id) ?? user) }), " used ", h("span", { class: "used-command", text: made?.target_message_id ? name : `/${name}` }));
  }
  const reference = message.message_reference;
  if (!reference?.message_id || message.type !== 19) return null;
  const original = findMessage(reference.channel_id ?? message.channel_id, reference.message_id);
  if (!original) return h("div", { class: "used" }, icon("reply", 14), h("em", { text: "a message that is not shown here" }));
  return h("button", { type: "button", class: "used", on: { click: () => jumpTo(original.id) } },
    avatar(original.author, 16), h("span", { class: "used-name", text: displayName(person(original.author.id) ?? original.author) }),
    h("span", { class: "used-text", text: original.content?.slice(0, 120) || "Click to see the message" }));
}

function jumpTo(messageId) {
  const target = document.querySelector(`[data-message-id="${CSS.escape(messageId)}"]`);
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}

/** The card of the thread that was started from this message; it has the message's id. */
function threadCard(message) {
  const thread = state.channels.find((found) => found.id === message.id && found.parent_id === message.channel_id);
  if (!thread) return null;
  const count = state.messages.get(thread.id)?.size ?? 0;
  const last = channelMessages(thread.id).at(-1);
  return h("button", { type: "button", class: "thread-card", dataset: { testid: "thread-card" }, on: { click: () => selectChannel(thread.id) } },
    h("span", { class: "thread-name" }, icon("thread", 16), h("strong", { text: thread.name }),
      h("span", { class: "thread-count", text: count === 1 ? "1 message ›" : `${count} messages ›` })),
    h("span", { class: "thread-last", text: last ? `${displayName(last.author)}, ${messageStamp(last.timestamp)}` : "There are no recent messages in this thread." }));
}

function privateFoot(message) {
  return h("div", { class: "private" }, icon("eye", 14), h("span", { text: "Only you can see this" }), " · ",
    h("button", { type: "button", class: "link-button", on: { click: () => dismiss(message) } }, "Dismiss message"));
}

function dismiss(message) {
  if (!message.local && !send({ op: "dismiss", message_id: message.id })) return;
  dropMessage(message.channel_id, message.id);
  document.getElementById("composer")?.focus();
}

function toolbar(message) {
  const button = h("button", { type: "button", class: "icon-button", "aria-label": "More for this message", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("dots"));
  button.addEventListener("click", () => openMenu(button, [
    ...messageCommands().map((command) => ({ label: command.name, run: () => runOnMessage(command, message) })),
    { label: "Copy message ID", run: () => copyText(message.id, "the message ID") },
    message.flags & EPHEMERAL
      ? { label: "Dismiss message", run: () => dismiss(message) }
      : { label: "Delete message", danger: true, run: () => send({ op: "delete", channel_id: message.channel_id, message_id: message.id }) },
  ]));
  return h("div", { class: "toolbar" }, button);
}
