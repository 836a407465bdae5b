/* What this tab knows of the small Discord, and who wants to hear when it changes. */

export const EPHEMERAL = 64;
export const LOADING = 128;
export const COMPONENTS_V2 = 32768;
export const GUILD_TEXT = 0;
export const DM = 1;
export const GROUP = 3;

const NOWHERE = { id: "", name: "", roles: [], members: [], held: {}, permissions: "0" };

export const state = {
  me: null,
  people: [], // everybody who can be played, whichever server they are in
  guilds: [], // the servers of this member that the bot is in
  members: [], // of the server that is shown
  roles: {}, // member id -> names of their roles
  bot: null,
  botOnline: false,
  botSeenOnline: false,
  connected: false,
  ready: false,
  guild: NOWHERE, // the server that is shown
  permissions: "0", // one's own in the server
  userInstall: false, // whether this member has added the bot to their own account
  channels: [],
  commands: [],
  events: [], // the servers' scheduled events
  channelId: null,
  left: new Map(), // guild id -> the channel that was shown there last
  messages: new Map(), // channel id -> Map(message id -> message)
  unread: new Set(),
  typing: new Map(), // channel id -> Map(user id -> {user, until})
};

const listeners = new Map();

/** Topics: all, messages, guild, members, channels, commands, events, bot, connection, channel, typing, clock,
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

/** The channels and threads of the server that is shown. */
export const guildChannels = () => state.channels.filter((found) => found.guild_id === state.guild.id);

/** A person of the playground by id: a member of any server, or the bot. */
export function person(id) {
  return state.people.find((member) => member.id === id) ?? (state.bot?.id === id ? state.bot : undefined);
}

export function selectChannel(id) {
  const chosen = channel(id);
  if (!chosen) return;
  state.channelId = id;
  state.unread.delete(id);
  remember("channel", id);
  if (chosen.guild_id && chosen.guild_id !== state.guild.id) showGuild(chosen.guild_id);
  if (chosen.guild_id) state.left.set(chosen.guild_id, id);
  emit("channel");
}

/** Go to a server: to the channel of it that was shown last. */
export function selectGuild(id) {
  const there = state.channels.filter((found) => found.guild_id === id);
  selectChannel((there.find((found) => found.id === state.left.get(id)) ?? there[0])?.id);
}

/** Show a server's people, roles and channels; of direct messages and where the bot isn't, those of the last one. */
export function showGuild(id) {
  const guild = state.guilds.find((found) => found.id === id) ?? state.guilds[0] ?? NOWHERE;
  const people = new Map(state.people.map((user) => [user.id, user]));
  const names = new Map(guild.roles.map((role) => [role.id, role.name]));
  state.guild = guild;
  state.members = guild.members.map((member) => people.get(member)).filter(Boolean);
  state.roles = Object.fromEntries(Object.entries(guild.held).map(([member, held]) => [member, held.map((role) => names.get(role)).sort()]));
  state.permissions = guild.permissions;
  emit("guild");
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
