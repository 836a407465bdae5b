/* Draws one message with the playground's renderer, at whatever width and in whatever theme the workbench gives this page. */
import { renderMessage } from "../page/message.js";
import { COMPONENTS_V2, EPHEMERAL, state } from "../page/state.js";

const place = document.getElementById("message");
state.bot = { id: "1", username: "Studyhall", bot: true };

addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== parent) return;
  const { components, hidden, theme } = event.data;
  document.documentElement.dataset.theme = theme;
  const message = {
    id: "1", channel_id: "1", type: 0, author: state.bot, timestamp: new Date().toISOString(), content: "", embeds: [], attachments: [],
    flags: COMPONENTS_V2 | (hidden ? EPHEMERAL : 0), components, mentions: [],
  };
  place.replaceChildren(...(components ? [renderMessage(message, false)] : []));
});

// What a learner would press is told to the workbench, which has the message that follows.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-custom-id]");
  if (!button || button.classList.contains("select")) return;
  event.preventDefault();
  event.stopPropagation();
  parent.postMessage({ pressed: button.dataset.customId }, location.origin);
}, true);

// A menu opens as in Discord; what is chosen in it leads nowhere here.
document.addEventListener("click", (event) => {
  if (event.target.closest(".private .link-button")) event.stopPropagation();
}, true);

parent.postMessage({ ready: true }, location.origin);
