/* Message components, version 2 and classic action rows. */
import { displayName, dots, h, icon, table } from "./dom.js";
import { click, isPending } from "./interactions.js";
import { markdown, spoiler, webAddress } from "./markdown.js";
import { fileCard, gallery, picture } from "./media.js";
import { selectMenu } from "./selects.js";
import { guildChannels, person, state } from "./state.js";

const BUTTON_STYLES = table({ 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" });

export function components(list, message) {
  return (list ?? []).map((component) => render(component, message));
}

function render(component, message) {
  const make = MAKERS[component.type];
  return make ? make(component, message) : h("div", { class: "unsupported", text: `(a component this playground cannot show: type ${component.type})` });
}

const MAKERS = table({
  1: (row, message) => h("div", { class: "action-row" }, components(row.components, message)),
  2: button,
  3: select,
  5: select,
  6: select,
  8: select,
  9: (section, message) => h("div", { class: "section" },
    h("div", { class: "section-texts" }, components(section.components, message)),
    section.accessory && h("div", { class: "accessory" }, render(section.accessory, message))),
  10: (text, message) => markdown(text.content, { mentionsEveryone: message?.mention_everyone }),
  11: (thumbnail) => {
    const shown = picture(thumbnail.media, { alt: thumbnail.description ?? "", className: "picture thumbnail" });
    return thumbnail.spoiler ? spoiler([shown], { block: true }) : shown;
  },
  12: (component) => gallery(component.items ?? []),
  13: (component) => {
    const card = fileCard(component.file?.url, component.name, component.size);
    return component.spoiler ? spoiler([card], { block: true }) : card;
  },
  14: (separator) => h("div", { class: `separator${separator.divider === false ? "" : " line"}${separator.spacing === 2 ? " large" : ""}`, role: separator.divider === false ? null : "separator" }),
  17: (container, message) => {
    const inner = components(container.components, message);
    const accent = typeof container.accent_color === "number" ? `#${container.accent_color.toString(16).padStart(6, "0")}` : null;
    return h("div", { class: accent ? "container accented" : "container", style: accent ? { borderInlineStartColor: accent } : {} },
      container.spoiler ? spoiler(inner, { block: true }) : inner);
  },
});

export function emojiText(emoji) {
  if (!emoji?.name) return null;
  return h("span", { class: "button-emoji", text: emoji.id ? `:${emoji.name}:` : emoji.name });
}

function button(component, message) {
  const style = BUTTON_STYLES[component.style] ?? "secondary";
  const words = [emojiText(component.emoji), component.label && h("span", { text: component.label })];
  if (style === "link") {
    const href = webAddress(component.url);
    return h("a", { class: "button link", href: href && !component.disabled ? href : null, target: "_blank", rel: "noopener noreferrer", "aria-disabled": component.disabled || !href ? "true" : null }, words, icon("external", 16));
  }
  const waiting = isPending(message.id, component.custom_id);
  // Not `disabled` while waiting: that would throw the keyboard's focus away.
  return h("button", {
    type: "button", class: `button ${style}${waiting ? " waiting" : ""}`, disabled: component.disabled, "aria-disabled": waiting ? "true" : null,
    dataset: { customId: component.custom_id }, on: { click: () => click(message, component.custom_id, 2) },
  }, h("span", { class: "button-words" }, words), waiting && dots());
}

function select(component, message) {
  const options = (OPTIONS[component.type] ?? ((one) => one.options ?? []))(component);
  return selectMenu({
    ...component, options,
    waiting: isPending(message.id, component.custom_id),
    choose: (values) => click(message, component.custom_id, component.type, values),
  });
}

const OPTIONS = table({ 5: peopleOptions, 6: roleOptions, 8: channelOptions });

/** The playground's people as options of a user select. */
export function peopleOptions(component) {
  const chosen = new Set((component.default_values ?? []).map((value) => value.id));
  const people = state.bot ? [...state.members, state.bot] : state.members;
  return people.map((user) => ({ label: displayName(person(user.id) ?? user), value: user.id, description: user.bot ? "App" : `@${user.username}`, default: chosen.has(user.id) }));
}

export function roleOptions(component) {
  const chosen = new Set((component.default_values ?? []).map((value) => value.id));
  return state.guild.roles.map((role) => ({ label: role.name, value: role.id, default: chosen.has(role.id) }));
}

export function channelOptions(component) {
  const chosen = new Set((component.default_values ?? []).map((value) => value.id));
  const allowed = component.channel_types ?? [];
  return guildChannels().filter((found) => !allowed.length || allowed.includes(found.type))
    .map((found) => ({ label: `#${found.name}`, value: found.id, default: chosen.has(found.id) }));
}
