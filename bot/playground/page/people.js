/* The right column: whom to play as, the playground's clock, and a hint. */
import { formatTime, now, shiftMs } from "./clock.js";
import { actAs, send } from "./connection.js";
import { avatar, displayName, h, icon } from "./dom.js";
import { closeDrawers } from "./drawers.js";
import { focusComposer } from "./composer.js";
import { openMenu } from "./menu.js";
import { on, state } from "./state.js";

const HOUR_S = 3600;
const DAY_S = 86400;

export function mountPeople(side, { startCommand }) {
  const list = h("ul", { class: "member-list" });
  const others = h("section", { class: "others" });
  const bots = h("ul", { class: "member-list" });
  side.append(
    h("section", {}, h("h2", { class: "group-title", text: "You are playing as" }), list, addMember()),
    others,
    h("section", {}, h("h2", { class: "group-title", text: "The bot" }), bots),
    clockBox(),
    h("section", { class: "hint" }, h("p", {}, "Type ", h("kbd", { text: "/" }), " to see the commands, or start with ", h("button", { type: "button", class: "mention", text: "/help", on: { click: () => startCommand("help") } }), "."),
      h("button", { type: "button", class: "link-button", text: "Go to the message box", on: { click: () => { closeDrawers(); focusComposer(); } } })),
  );

  function show() {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.memberId : null;
    list.replaceChildren(...state.members.map((user) => member(user)));
    const away = state.people.filter((user) => !state.members.includes(user));
    others.hidden = !away.length;
    others.replaceChildren(h("h2", { class: "group-title", text: "Not in this server" }), h("ul", { class: "member-list" }, away.map((user) => member(user, { here: false }))));
    if (focused) list.querySelector(`button[data-member-id="${CSS.escape(focused)}"]`)?.focus();
    bots.replaceChildren(...(state.bot ? [h("li", { class: "member" }, h("span", { class: state.botOnline ? "member-name" : "member-name away" }, avatar(state.bot, 32), h("span", { text: displayName(state.bot) }), h("span", { class: "app-badge", text: "APP" })))] : []));
  }
  on("all guild members bot", show);
}

function member(user, { here = true } = {}) {
  const mine = user.id === state.me?.id;
  const name = displayName(user);
  const tab = new URL(location.href);
  tab.searchParams.set("as", user.id);
  return h("li", { class: mine ? "member here" : "member" },
    h("button", {
      type: "button", class: "member-name", "aria-pressed": mine ? "true" : "false", "aria-label": mine ? `You are ${name}` : `Play as ${name} in this tab`,
      dataset: { memberId: user.id }, on: { click: () => { closeDrawers(); actAs(user.id); } },
    }, avatar(user, 32), h("span", { class: "member-words" }, h("span", { text: name }), state.roles[user.id]?.length > 0 && h("small", { text: state.roles[user.id].join(", ") })), mine && icon("check", 16)),
    h("a", { class: "icon-button", href: tab.href, target: "_blank", rel: "noopener", "aria-label": `Open ${name} in a new tab`, title: `Open ${name} in a new tab` }, icon("external", 18)),
    here && rolesButton(user),
    here && !mine && user.id !== state.members[0]?.id && h("button", {
      type: "button", class: "icon-button", "aria-label": `Let ${name} leave the server`, title: `Let ${name} leave the server`,
      on: { click: () => send({ op: "remove_member", member_id: user.id, guild_id: state.guild.id }) },
    }, icon("close", 16)));
}

/** The menu of roles that this member can be given, or that can be taken from them. */
function rolesButton(user) {
  const label = `Roles of ${displayName(user)}`;
  const button = h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false" }, icon("tag", 18));
  button.addEventListener("click", () => openMenu(button, state.guild.roles.filter((role) => role.id !== state.guild.id && !role.managed).map((role) => {
    const take = state.guild.held[user.id]?.includes(role.id) ?? false;
    return { label: take ? `Take ${role.name} away` : `Give ${role.name}`, run: () => send({ op: "role", guild_id: state.guild.id, member_id: user.id, role_id: role.id, take }) };
  })));
  return button;
}

function addMember() {
  const input = h("input", { name: "name", type: "text", maxlength: "32", placeholder: "A new member's name", "aria-label": "A new member's name", autocomplete: "off" });
  const form = h("form", { class: "add-member", dataset: { testid: "add-member" } }, input, h("button", { type: "submit", class: "button secondary" }, "Add member"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!name) return input.focus();
    if (send({ op: "add_member", name, guild_id: state.guild.id })) input.value = "";
  });
  return form;
}

function clockBox() {
  const time = h("div", { class: "clock-time" });
  const day = h("div", { class: "clock-day" });
  const shift = h("div", { class: "clock-shift" });
  const jump = (seconds, label, testid) => h("button", { type: "button", class: "button secondary", dataset: { testid }, on: { click: () => send({ op: "shift", seconds }) } }, label);
  on("clock all", () => {
    time.textContent = formatTime(now(), "T");
    day.textContent = formatTime(now(), "D");
    shift.textContent = shiftMs() ? `${duration(shiftMs())} ahead of your own clock` : "The same as your own clock";
  });
  return h("section", { class: "clock", "aria-label": "The playground's clock" },
    h("h2", { class: "group-title" }, icon("clock", 14), "Playground time"), time, day, shift,
    h("div", { class: "clock-buttons" }, jump(HOUR_S, "+1 hour", "plus-hour"), jump(DAY_S, "Next day", "next-day")));
}

function duration(ms) {
  const minutes = Math.round(Math.abs(ms) / 60000);
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"], [minutes % 60, "minute"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(", ") || "a moment";
}
