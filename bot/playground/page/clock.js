/* The playground's clock, and every timestamp shown by it. */
import { h, table } from "./dom.js";
import { emit } from "./state.js";

let baseMs = Date.now();
let readAt = performance.now();
let shift = 0;
let today;

export function setClock(nowMs, shiftMs) {
  baseMs = nowMs;
  readAt = performance.now();
  shift = shiftMs ?? 0;
  refreshTimes();
  emit("clock");
}

export const now = () => baseMs + (performance.now() - readAt);
export const shiftMs = () => shift;

// The page speaks English; a reader's own English (12 or 24 hours, order of the date) is kept.
const LOCALE = navigator.language?.startsWith("en") ? navigator.language : "en-GB";
const format = (options) => new Intl.DateTimeFormat(LOCALE, options);
const STYLES = table({
  t: format({ hour: "numeric", minute: "2-digit" }),
  T: format({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  d: format({ year: "numeric", month: "2-digit", day: "2-digit" }),
  D: format({ year: "numeric", month: "long", day: "numeric" }),
  f: format({ year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" }),
  F: format({ weekday: "long", year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" }),
  s: format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "numeric", minute: "2-digit" }),
  S: format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "numeric", minute: "2-digit", second: "2-digit" }),
});
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];

export function relative(ms) {
  const seconds = Math.round((ms - now()) / 1000);
  if (seconds === 0) return "now";
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.round(seconds / size), unit);
  }
  return RELATIVE.format(seconds, "second");
}

export function formatTime(ms, style) {
  return style === "R" ? relative(ms) : (STYLES[style] ?? STYLES.f).format(new Date(ms));
}

/** A live `<t:unix:style>`, or null when no date exists so far away. */
export function timestamp(unix, style = "f") {
  const ms = Number(unix) * 1000;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  return h("time", {
    class: "timestamp",
    datetime: new Date(ms).toISOString(),
    title: formatTime(ms, "F"),
    dataset: style === "R" ? { relativeMs: String(ms) } : {},
    text: formatTime(ms, style),
  });
}

/** "Today at 10:41", "Yesterday at …", or a date: the stamp of a message. */
export function messageStamp(iso) {
  const date = new Date(iso);
  const days = dayNumber(now()) - dayNumber(date.getTime());
  if (days === 0) return `Today at ${STYLES.t.format(date)}`;
  if (days === 1) return `Yesterday at ${STYLES.t.format(date)}`;
  return STYLES.s.format(date);
}

export const shortTime = (iso) => STYLES.t.format(new Date(iso));
export const fullDate = (ms) => STYLES.D.format(new Date(ms));

export function dayNumber(ms) {
  const date = new Date(ms);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86400000);
}

function refreshTimes() {
  const before = today;
  today = dayNumber(now());
  if (before !== undefined && before !== today) emit("day");
  for (const element of document.querySelectorAll("time[data-relative-ms]")) {
    const text = relative(Number(element.dataset.relativeMs));
    if (element.textContent !== text) element.textContent = text;
  }
}

/** Tick on the playground's whole seconds, so that countdowns step when its clock does. */
export function startClock() {
  const tick = () => {
    refreshTimes();
    emit("clock");
    setTimeout(tick, 1000 - (now() % 1000) + 5);
  };
  tick();
}
