/* The page: put its parts in their places and connect. */
import { mountHeader } from "./header.js";
import { startClock } from "./clock.js";
import { mountComposer, focusComposer, startCommand } from "./composer.js";
import { connect, reconnect } from "./connection.js";
import { onCommandMention } from "./markdown.js";
import { mountMessages } from "./messages.js";
import { mountModals } from "./modal.js";
import { mountPeople } from "./people.js";
import { mountSidebar } from "./sidebar.js";
import { closeDrawers, mountDrawers } from "./drawers.js";
import { on, selectChannel, state } from "./state.js";

const main = document.getElementById("main");
const start = (name) => {
  closeDrawers();
  startCommand(name);
};

mountDrawers();
mountSidebar(document.getElementById("left"));
mountHeader(main);
mountMessages(main, { startCommand: start });
mountComposer(main);
mountPeople(document.getElementById("right"), { startCommand: start });
mountModals();
onCommandMention(start);
startClock();
connect();

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  focusComposer();
});

on("channel", () => {
  closeDrawers();
  if (matchMedia("(pointer: fine)").matches) focusComposer();
});

// Back and forward walk through the members this tab has played and the channels it showed.
window.addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search);
  if (query.get("as") === state.me?.id) return selectChannel(query.get("channel"));
  state.channelId = query.get("channel");
  reconnect();
});
