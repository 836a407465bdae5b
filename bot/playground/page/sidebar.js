/* The left column: the server, its channels, and who this tab is. */
import { timestamp } from "./clock.js";
import { avatar, displayName, h, icon } from "./dom.js";
import { DM, GROUP, guildChannels, on, selectChannel, selectGuild, state } from "./state.js";
import { themeButton } from "./theme.js";

export function mountSidebar(side) {
  const name = h("div", { class: "server-name" });
  const servers = h("ul", { class: "servers", "aria-label": "Servers" });
  const list = h("div", { class: "channels" });
  const me = h("div", { class: "me-words" });
  const face = h("span", { class: "me-face" });
  const status = h("div", { class: "bot-status", dataset: { testid: "bot-status" } });
  side.append(servers, name, list, status, h("div", { class: "me" }, face, me, themeButton()));

  function showChannels() {
    name.textContent = state.guild.name || "Studyhall playground";
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.channelId : null;
    showServers();
    const top = guildChannels().filter((found) => !isThread(found));
    const events = state.events.filter((found) => found.guild_id === state.guild.id);
    const elsewhere = state.channels.filter((found) => found.elsewhere);
    const direct = state.channels.filter((found) => found.type === DM);
    list.replaceChildren(
      h("h2", { class: "group-title", text: "Text channels" }),
      h("ul", {}, top.map((found) => h("li", {}, row(found), threadsOf(found)))),
      ...(direct.length ? [h("h2", { class: "group-title", text: "Direct messages" }), h("ul", {}, direct.map((found) => h("li", {}, row(found))))] : []),
      ...(elsewhere.length ? [h("h2", { class: "group-title", text: "Where the bot isn't" }), h("ul", {}, elsewhere.map((found) => h("li", {}, row(found))))] : []),
      ...(events.length ? [h("h2", { class: "group-title", text: "Events" }), h("ul", { class: "events" }, events.map(event))] : []),
    );
    if (focused) list.querySelector(`[data-channel-id="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Where there is more than one: a button for each, as Discord has them. */
  function showServers() {
    const focused = servers.contains(document.activeElement) ? document.activeElement.dataset.guildId : null;
    servers.hidden = state.guilds.length < 2;
    servers.replaceChildren(...state.guilds.map((guild) => {
      const unread = state.channels.some((found) => found.guild_id === guild.id && state.unread.has(found.id));
      const here = guild.id === state.guild.id;
      return h("li", {}, h("button", {
        type: "button", class: ["server", here && "here", unread && "unread"].filter(Boolean).join(" "), "aria-current": here ? "true" : null,
        title: guild.name, "aria-label": `${guild.name}${unread ? ", new messages" : ""}`, dataset: { guildId: guild.id }, on: { click: () => selectGuild(guild.id) },
      }, guild.name.split(" ").map((word) => word[0]).join("").slice(0, 3)));
    }));
    if (focused) servers.querySelector(`[data-guild-id="${CSS.escape(focused)}"]`)?.focus();
  }

  function event(found) {
    const seconds = Date.parse(found.scheduled_start_time) / 1000;
    return h("li", {}, h("strong", { text: found.name }), h("small", {}, timestamp(seconds, "f"), ` in ${found.entity_metadata?.location ?? ""}`));
  }

  const isThread = (found) => found.type === 11 || found.type === 12;

  function threadsOf(parent) {
    const threads = state.channels.filter((found) => isThread(found) && found.parent_id === parent.id);
    return threads.length > 0 && h("ul", { class: "threads" }, threads.map((found) => h("li", {}, row(found))));
  }

  function row(found) {
    const here = found.id === state.channelId;
    const unread = state.unread.has(found.id);
    return h("button", {
      type: "button", class: ["channel", here && "here", unread && "unread"].filter(Boolean).join(" "), "aria-current": here ? "page" : null,
      "aria-label": `${found.name}${unread ? ", new messages" : ""}`, dataset: { channelId: found.id }, on: { click: () => selectChannel(found.id) },
    }, found.type === DM ? avatar(state.bot ?? { bot: true, username: found.name }, 24) : icon(isThread(found) ? "thread" : found.type === GROUP ? "people" : "hash", 20), h("span", { text: found.name }));
  }

  function showMe() {
    if (!state.me) return;
    face.replaceChildren(avatar(state.me, 32));
    me.replaceChildren(h("strong", { text: displayName(state.me) }), h("small", { text: state.connected ? `@${state.me.username}` : "Reconnecting…" }));
  }

  function showStatus() {
    const words = !state.connected ? "not connected" : state.botOnline ? "online" : state.botSeenOnline ? "offline" : "starting…";
    status.dataset.online = state.connected && state.botOnline ? "true" : "false";
    status.replaceChildren(h("i", { "aria-hidden": "true" }), h("span", { text: `${state.bot ? displayName(state.bot) : "Studyhall"} is ${words}` }));
  }

  let shownUnread = "";
  on("all guild channel channels events bot", showChannels);
  on("messages", () => {
    const unread = [...state.unread].join();
    if (unread !== shownUnread) showChannels();
    shownUnread = unread;
  });
  on("all members connection", showMe);
  on("all bot connection", showStatus);
  showChannels();
  showStatus();
}
