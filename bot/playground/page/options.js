/* The options of a slash command: which commands there are, what may be typed, and what is sent. */
import { displayName } from "./dom.js";
import { channel, commandsHere, guildChannels, state, GUILD_TEXT } from "./state.js";

export const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10, ATTACHMENT = 11;
const SUBCOMMAND = 1, GROUP = 2;

/** Every command that can be run here, subcommands as commands of their own: {command, path, fullName, description, options}. */
export function runnable() {
  return commandsHere().flatMap((command) => expand(command, command.options ?? [], [], command.name, command.description))
    .sort((a, b) => a.fullName.localeCompare(b.fullName));
}

function expand(command, options, path, fullName, description) {
  const nested = options.filter((option) => option.type === SUBCOMMAND || option.type === GROUP);
  if (!nested.length) return [{ command, path, fullName, description, options }];
  return nested.flatMap((option) => expand(command, option.options ?? [], [...path, { name: option.name, type: option.type }], `${fullName} ${option.name}`, option.description));
}

export function matching(text) {
  const wanted = text.toLowerCase().trim();
  const rank = (entry) => {
    if (entry.fullName.startsWith(wanted)) return 0;
    if (entry.fullName.includes(wanted)) return 1;
    return entry.description?.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return runnable().map((entry) => ({ entry, order: rank(entry) })).filter(({ order }) => order < 3)
    .sort((a, b) => a.order - b.order).map(({ entry }) => entry);
}

export const findCommand = (fullName) => runnable().find((entry) => entry.fullName === fullName);

/** The fixed answers of an option, or null when it takes free text: [{name, value, note?}]. */
export function fixedChoices(option) {
  if (option.choices?.length) return option.choices;
  if (option.type === BOOLEAN) return [{ name: "True", value: true }, { name: "False", value: false }];
  if (option.type === USER || option.type === MENTIONABLE) {
    const people = state.bot && channel()?.type === GUILD_TEXT ? [...state.members, state.bot] : state.members;
    return people.map((user) => ({ name: displayName(user), value: user.id, note: `@${user.username}` }));
  }
  if (option.type === CHANNEL) {
    const allowed = option.channel_types;
    return guildChannels().filter((found) => !allowed?.length || allowed.includes(found.type)).map((found) => ({ name: `#${found.name}`, value: found.id }));
  }
  if (option.type === ROLE) return state.guild.roles.map((role) => ({ name: `@${role.name.replace(/^@/, "")}`, value: role.id }));
  return null;
}

/** The fixed choices that fit what was typed. */
export function fitting(choices, text) {
  const wanted = text.trim().replace(/^[@#]/, "").toLowerCase();
  return choices.filter((choice) => choice.name.toLowerCase().includes(wanted) || choice.note?.toLowerCase().includes(wanted));
}

/**
 * What a field holds, as the value to send: {value}, {empty: true} or {problem: sentence}.
 * `picked` is a choice taken from a list, still standing in the field as its name.
 */
export function readOption(option, text, picked) {
  const trimmed = text.trim();
  if (picked && picked.name === text) return { value: picked.value };
  if (!trimmed) return option.required ? { problem: `${option.name}: please fill this in` } : { empty: true };
  const choices = fixedChoices(option);
  if (choices) {
    const plain = trimmed.replace(/^[@#]/, "").toLowerCase();
    const found = choices.find((choice) => [choice.name, choice.note, String(choice.value)].some((word) => word?.replace(/^[@#]/, "").toLowerCase() === plain));
    if (found) return { value: found.value };
    const names = choices.slice(0, 6).map((choice) => choice.name).join(", ");
    return { problem: `${option.name}: choose one of the list${names ? ` (${names}${choices.length > 6 ? ", …" : ""})` : ""}` };
  }
  if (option.type === INTEGER || option.type === NUMBER) return readNumber(option, trimmed);
  const length = [...text].length;
  if (option.min_length && length < option.min_length) return { problem: `${option.name}: at least ${plural(option.min_length)}` };
  if (option.max_length && length > option.max_length) return { problem: `${option.name}: at most ${plural(option.max_length)} (now ${length})` };
  return { value: text };
}

function readNumber(option, text) {
  const whole = option.type === INTEGER;
  const number = Number(text.replace(",", "."));
  const fits = Number.isFinite(number) && (!whole || Number.isSafeInteger(number))
    && number >= (option.min_value ?? -Infinity) && number <= (option.max_value ?? Infinity);
  return fits ? { value: number } : { problem: `${option.name}: ${rangeWords(option)}` };
}

/** "a whole number from 1 to 20". */
export function rangeWords(option) {
  const kind = option.type === INTEGER ? "a whole number" : "a number";
  const { min_value: least, max_value: most } = option;
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`;
  if (least !== undefined) return `${kind}, ${least} or more`;
  return most !== undefined ? `${kind}, ${most} or less` : kind;
}

const plural = (count) => `${count} character${count === 1 ? "" : "s"}`;

/** Put the filled options where Discord puts them: inside their subcommand. */
export function nest(entry, values) {
  return entry.path.reduceRight((inner, step) => [{ name: step.name, type: step.type, options: inner }], values);
}
