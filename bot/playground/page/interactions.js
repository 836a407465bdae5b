/* Interactions on their way to the bot: what is pending, what failed, and whose answer a nonce is. */
import { now } from "./clock.js";
import { hear, send } from "./connection.js";
import { emit, findMessage, on, putMessage, state, EPHEMERAL } from "./state.js";

// The playground tells of a failure after Discord's three seconds; this only covers a lost word.
const GIVE_UP_MS = 20000;
const DISCORD_EPOCH_MS = 1420070400000;

const pending = new Map(); // nonce -> {kind, channelId, messageId?, customId?, command?, message?, done?}
const failures = new Map(); // message id -> sentence
const autocompletes = new Map(); // nonce -> callback
let showModal = () => {};
let noteCount = 0;

export const newNonce = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.slice(0, 25);
export const onShowModal = (callback) => { showModal = callback; };
export const failureOf = (messageId) => failures.get(messageId);

export function isPending(messageId, customId) {
  return [...pending.values()].some((entry) => entry.messageId === messageId && entry.customId === customId);
}

export function pendingCommand(channelId) {
  return [...pending.values()].find((entry) => entry.kind === "command" && entry.channelId === channelId)?.command;
}

function start(entry, operation) {
  const nonce = newNonce();
  if (!send({ ...operation, nonce })) return false;
  pending.set(nonce, { ...entry, timer: setTimeout(() => finish(nonce, "failed"), GIVE_UP_MS) });
  emit("pending", entry);
  return true;
}

function finish(nonce, outcome, reason) {
  const entry = pending.get(nonce);
  if (!entry) return;
  clearTimeout(entry.timer);
  pending.delete(nonce);
  if (outcome === "failed") {
    if (entry.kind === "click") failures.set(entry.messageId, reason || "This interaction failed");
    if (entry.kind === "command") privateNote(entry.channelId, reason || "The application did not respond");
  }
  entry.done?.(outcome, reason);
  emit("pending", entry);
}

export function click(message, customId, componentType, values) {
  if (isPending(message.id, customId)) return;
  failures.delete(message.id);
  const operation = { op: "click", channel_id: message.channel_id, message_id: message.id, custom_id: customId, component_type: componentType };
  if (values) operation.values = values;
  start({ kind: "click", channelId: message.channel_id, messageId: message.id, customId, message }, operation);
}

export function runCommand(command, fullName, options) {
  const operation = { op: "command", channel_id: state.channelId, command_id: command.id, options };
  return start({ kind: "command", channelId: state.channelId, command: fullName }, operation);
}

export function runOnMessage(command, message) {
  const operation = { op: "message_command", channel_id: message.channel_id, command_id: command.id, message_id: message.id };
  return start({ kind: "command", channelId: message.channel_id }, operation);
}

export function submitModal(interactionId, customId, components, done) {
  return start({ kind: "submit", channelId: state.channelId, done }, { op: "submit", interaction_id: interactionId, custom_id: customId, components });
}

export function autocomplete(command, options, callback) {
  autocompletes.clear();
  const nonce = newNonce();
  autocompletes.set(nonce, callback);
  send({ op: "autocomplete", nonce, channel_id: state.channelId, command_id: command.id, options });
}

hear("choices", (data) => {
  autocompletes.get(data.nonce)?.(data.choices ?? []);
  autocompletes.delete(data.nonce);
});

hear("interaction", (data) => finish(data.nonce, data.state, data.reason));

hear("modal", (data) => {
  finish(data.nonce, "acknowledged");
  showModal(data);
});

// What was under way is forgotten: the connection that would have told us is gone.
on("lost", () => {
  for (const nonce of [...pending.keys()]) finish(nonce, "lost");
  autocompletes.clear();
});

/** A word only this tab sees, like Discord's own notes from Clyde. */
function privateNote(channelId, text) {
  const id = ((BigInt(Math.floor(now() - DISCORD_EPOCH_MS)) << 22n) + BigInt(noteCount++)).toString();
  putMessage({
    id, channel_id: channelId, author: state.bot ?? { id: "0", username: "Studyhall", bot: true }, content: text, flags: EPHEMERAL,
    embeds: [], attachments: [], components: [], timestamp: new Date(now()).toISOString(), local: true,
  });
}

// An update of the message is an answer too, whether or not a word about the click came.
on("messages", ({ messageId }) => {
  for (const [nonce, entry] of pending) {
    if (entry.kind === "click" && entry.messageId === messageId && findMessage(entry.channelId, messageId) !== entry.message) {
      finish(nonce, "acknowledged");
    }
  }
});
