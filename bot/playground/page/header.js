/* The bar above the messages: the channel, the drawers' buttons, and what is wrong when something is. */
import { toggleSide } from "./drawers.js";
import { displayName, dots, h, icon } from "./dom.js";
import { channel, DM, GROUP, on, state } from "./state.js";

export function mountHeader(main) {
  const title = h("h1", { class: "channel-title" });
  const topic = h("p", { class: "topic" });
  const sideButton = (side, name, label) => h("button", {
    type: "button", class: `icon-button for-${side}`, "aria-label": label, "aria-controls": side, "aria-expanded": side === "right" ? "true" : "false", dataset: { side },
    on: { click: (event) => toggleSide(side, event.currentTarget) },
  }, icon(name, 22));
  const banner = h("div", { class: "banner", role: "status" });
  main.append(
    h("header", { class: "bar" }, sideButton("left", "menu", "Channels"), title, topic, sideButton("right", "people", "Members and clock")),
    banner,
  );

  function showChannel() {
    const here = channel();
    title.replaceChildren(icon(here?.type === DM ? "book" : here?.type === GROUP ? "people" : here?.parent_id && here.type > 9 ? "thread" : "hash", 20), h("span", { text: here?.name ?? "…" }));
    topic.textContent = here?.topic ?? "";
    topic.title = here?.topic ?? "";
    const unread = state.unread.size ? "• " : "";
    document.title = here ? `${unread}${here.type === DM ? "@" : "#"}${here.name} — ${displayName(state.me)} — Studyhall playground` : "Studyhall playground";
  }

  function showBanner() {
    const name = state.bot ? displayName(state.bot) : "Studyhall";
    const kind = state.ready && !state.connected ? "lost" : !state.ready ? "wait" : state.botOnline ? "" : "bot";
    const words = {
      lost: "Connection lost, trying again…", wait: "Opening the playground…", "": "",
      bot: state.botSeenOnline ? `${name} is offline. This page goes on when it is back.` : `${name} is starting…`,
    }[kind];
    banner.className = `banner ${kind}`;
    banner.hidden = !words;
    if (banner.dataset.words === words) return;
    banner.dataset.words = words;
    banner.replaceChildren(...(words ? [dots(), h("span", { text: words })] : []));
  }

  on("all channel channels members messages", showChannel);
  on("all connection bot", showBanner);
  showChannel();
  showBanner();
}
