/* The WebSocket to the playground: one per tab, reopened with back-off whenever it closes. */
import { setClock } from "./clock.js";
import { table } from "./dom.js";
import { channel, DM, dropMessage, emit, putMessage, remember, selectChannel, showGuild, state } from "./state.js";
import { toast } from "./toast.js";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;
const TYPING_MS = 10000;

let socket = null;
let attempts = 0;
let retryTimer = 0;

export function connect() {
  clearTimeout(retryTimer);
  const url = new URL("live", document.baseURI);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = "";
  const as = new URLSearchParams(location.search).get("as");
  if (as) url.searchParams.set("as", as);
  const mine = new WebSocket(url);
  socket = mine;
  mine.addEventListener("message", (event) => {
    if (mine === socket) receive(JSON.parse(event.data));
  });
  mine.addEventListener("close", () => {
    if (mine === socket) retry();
  });
}

function retry() {
  socket = null;
  state.connected = false;
  emit("lost");
  emit("connection");
  const delay = Math.min(FIRST_DELAY_MS * 2 ** attempts, LONGEST_DELAY_MS) * (0.75 + Math.random() / 2);
  attempts += 1;
  retryTimer = setTimeout(connect, delay);
}

/** Become another member in this tab. */
export function actAs(memberId) {
  if (memberId === state.me?.id) return;
  remember("as", memberId, { push: true });
  reconnect();
}

export function reconnect() {
  const old = socket;
  socket = null;
  attempts = 0;
  old?.close();
  emit("lost");
  connect();
}

/** Send one operation; false (with a word to the reader) when there is no connection. */
export function send(operation) {
  if (socket?.readyState !== WebSocket.OPEN) {
    toast("Not connected to the playground right now. Try again in a moment.");
    return false;
  }
  socket.send(JSON.stringify(operation));
  return true;
}

const HANDLERS = table({
  ready(data) {
    attempts = 0;
    const changedMember = state.me?.id !== data.me.id;
    Object.assign(state, {
      me: data.me, people: data.people ?? [], guilds: data.guilds ?? [], bot: data.bot, userInstall: data.user_install ?? false,
      channels: data.channels ?? [], commands: data.commands ?? [], events: data.events ?? [], connected: true, ready: true,
    });
    setBotOnline(data.bot_online);
    if (changedMember) state.unread.clear();
    state.messages = new Map(
      Object.entries(data.messages ?? {}).map(([id, list]) => [id, new Map(list.map((message) => [message.id, message]))]),
    );
    state.typing.clear();
    remember("as", data.me.id);
    setClock(data.now_ms, data.shift_ms);
    const wanted = state.channelId ?? new URLSearchParams(location.search).get("channel");
    const known = state.channels.some((found) => found.id === wanted);
    state.channelId = known ? wanted : (state.channels.find((found) => found.type !== DM) ?? state.channels[0])?.id ?? null;
    showGuild(channel()?.guild_id ?? state.guild.id);
    if (state.channelId) remember("channel", state.channelId);
    emit("all");
    emit("connection");
  },
  message: (data) => putMessage(data.message),
  message_delete: (data) => dropMessage(data.channel_id, data.id),
  events(data) {
    state.events = data.events;
    emit("events");
  },
  commands(data) {
    state.commands = data.commands;
    emit("commands");
  },
  members(data) {
    Object.assign(state, { people: data.people, guilds: data.guilds });
    state.me = state.people.find((user) => user.id === state.me?.id) ?? state.me;
    showGuild(state.guild.id);
    emit("members");
    HANDLERS.channels(data);
  },
  channels(data) {
    state.channels = data.channels;
    emit("channels");
    if (!channel() && state.channels[0]) selectChannel(state.channels[0].id);
  },
  clock: (data) => setClock(data.now_ms, data.shift_ms),
  bot(data) {
    if (data.bot) state.bot = data.bot;
    setBotOnline(data.online);
    emit("bot");
  },
  typing(data) {
    if (data.user?.id === state.me?.id) return;
    if (!state.typing.has(data.channel_id)) state.typing.set(data.channel_id, new Map());
    const entry = { user: data.user, until: performance.now() + TYPING_MS };
    state.typing.get(data.channel_id).set(data.user.id, entry);
    emit("typing");
    setTimeout(() => emit("typing"), TYPING_MS + 50);
  },
  error: (data) => toast(data.text),
});

function setBotOnline(online) {
  state.botOnline = Boolean(online);
  state.botSeenOnline ||= state.botOnline;
}

/** Let a module that sends also hear what comes back: `handler` gets every message of that kind. */
export function hear(kind, handler) {
  HANDLERS[kind] = handler;
}

function receive(data) {
  HANDLERS[data.t]?.(data);
}
