/* What this tab knows of the small Discord, and who wants to hear when it changes. */

export const EPHEMERAL = 64;
export const LOADING = 128;
export const COMPONENTS_V2 = 32768;
export const GUILD_TEXT = 0;
export const DM = 1;
export const GROUP = 3;

export const state = {
  me: null,
  members: [],
  roles: {}, // member id -> names of their roles
  bot: null,
  botOnline: false,
  botSeenOnline: false,
  connected: false,
  ready: false,
  guild: { id: "", name: "", roles: [] },
  permissions: "0", // one's own in the server
  userInstall: false, // whether this member has added the bot to their own account
  channels: [],
  commands: [],
  events: [], // the server's scheduled events
  channelId: null,
  messages: new Map(), // channel id -> Map(message id -> message)
  unread: new Set(),
  typing: new Map(), // channel id -> Map(user id -> {user, until})
};

const listeners = new Map();

/** Topics: all, messages, members, channels, commands, events, bot, connection, channel, typing, clock,
    pending. */
export function on(topics, listener) {
  for (const topic of topics.split(" ")) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(listener);
  }
}

export function emit(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export function bigId(id) {
  try {
    return BigInt(id);
  } catch {
    return 0n;
  }
}

export function channelMessages(channelId) {
  const found = [...(state.messages.get(channelId)?.values() ?? [])];
  return found.sort((a, b) => {
    const left = bigId(a.id), right = bigId(b.id);
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

export function findMessage(channelId, messageId) {
  return state.messages.get(channelId)?.get(messageId);
}

export function putMessage(message) {
  if (!state.messages.has(message.channel_id)) state.messages.set(message.channel_id, new Map());
  const channel = state.messages.get(message.channel_id);
  const isNew = !channel.has(message.id);
  channel.set(message.id, message);
  state.typing.get(message.channel_id)?.delete(message.author?.id);
  if (isNew && message.channel_id !== state.channelId) state.unread.add(message.channel_id);
  emit("messages", { channelId: message.channel_id, messageId: message.id, isNew });
}

export function dropMessage(channelId, messageId) {
  if (state.messages.get(channelId)?.delete(messageId)) emit("messages", { channelId, messageId, isNew: false });
}

export function channel(id = state.channelId) {
  return state.channels.find((candidate) => candidate.id === id);
}

/** A person of the playground by id: a member, or the bot. */
export function person(id) {
  return state.members.find((member) => member.id === id) ?? (state.bot?.id === id ? state.bot : undefined);
}

export function selectChannel(id) {
  if (!state.channels.some((candidate) => candidate.id === id)) return;
  state.channelId = id;
  state.unread.delete(id);
  remember("channel", id);
  emit("channel");
}

/** Keep a value in the page's address, so that a reload keeps it. */
export function remember(name, value, { push = false } = {}) {
  const url = new URL(location.href);
  if (url.searchParams.get(name) === value) return;
  url.searchParams.set(name, value);
  history[push ? "pushState" : "replaceState"](null, "", url);
}

const SERVER_INSTALL = 0, USER_INSTALL = 1;

/** The slash commands that this member can use in this channel. */
export function commandsHere() {
  return state.commands.filter((command) => (command.type ?? 1) === 1 && isOffered(command));
}

/** Those in the menu of a message. */
export function messageCommands() {
  return state.commands.filter((command) => command.type === 3 && isOffered(command));
}

function isOffered(command) {
  const here = channel();
  const context = { [DM]: 1, [GROUP]: 2 }[here?.type] ?? 0;
  const installs = command.integration_types ?? [SERVER_INSTALL];
  const installed = (installs.includes(SERVER_INSTALL) && !here?.elsewhere) || (installs.includes(USER_INSTALL) && state.userInstall);
  const missing = BigInt(command.default_member_permissions ?? 0) & ~BigInt(state.permissions);
  const may = context !== 0 || here?.elsewhere || !missing;
  return installed && may && (!command.contexts || command.contexts.includes(context));
}
