/* Pictures and files: same-origin only, with alt text, and a larger view on click. */
import { avatar, h, icon, uniqueId } from "./dom.js";
import { link, spoiler, webAddress } from "./markdown.js";
import { person } from "./state.js";

/** Discord's address of an avatar: here nothing is loaded from elsewhere, so it is drawn as in the list of members. */
const AVATAR = /^https:\/\/cdn\.discordapp\.com\/avatars\/(\d+)\//;
const WIDEST = 550;
const TALLEST = 350;

/** An address the page's policy lets it show, or null. */
function ownAddress(address) {
  if (typeof address !== "string") return null;
  if (/^data:image\/(png|jpeg|gif|webp);/i.test(address)) return address;
  try {
    const url = new URL(address, document.baseURI);
    return url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

/** A picture as a button that opens it large. `size` reserves the room it will take. */
export function picture(media, { alt = "", width, height, className = "picture" } = {}) {
  const face = AVATAR.exec(media?.url);
  if (face) return h("span", { class: `${className} face`, role: "img", "aria-label": alt }, avatar(person(face[1]), 64));
  const src = ownAddress(media?.url ?? media?.proxy_url);
  if (!src) return elsewhere(media?.url, alt);
  const image = h("img", { src, alt, loading: "lazy", decoding: "async", draggable: "false" });
  const wide = width ?? media?.width, tall = height ?? media?.height;
  if (wide && tall) {
    const scale = Math.min(1, WIDEST / wide, TALLEST / tall);
    image.width = Math.round(wide * scale);
    image.height = Math.round(tall * scale);
  }
  return h("button", { type: "button", class: className, "aria-label": alt ? `Open larger: ${alt}` : "Open the picture larger", on: { click: () => openLightbox(src, alt) } }, image);
}

/** A picture the page may not load: its words instead, and its address if it has one. */
function elsewhere(url, alt) {
  const href = url && webAddress(url);
  return h("div", { class: "file-card" }, icon("file"), h("span", {}, alt || "A picture", href ? [" ", link(href, [href])] : null));
}

export function gallery(items) {
  const pictures = items.map((item) => {
    const shown = picture(item.media, { alt: item.description ?? "" });
    return item.spoiler ? spoiler([shown], { block: true }) : shown;
  });
  return h("div", { class: `gallery count-${Math.min(pictures.length, 4)}` }, pictures);
}

export function attachments(list) {
  if (!list?.length) return null;
  const isPicture = (file) => file.content_type?.startsWith("image/") || /\.(png|jpe?g|gif|webp)$/i.test(file.filename ?? "");
  const pictures = list.filter(isPicture);
  const files = list.filter((file) => !isPicture(file));
  return [
    pictures.length === 1
      ? h("div", { class: "attachment" }, picture(pictures[0], { alt: pictures[0].description ?? "" }))
      : pictures.length > 1 && gallery(pictures.map((file) => ({ media: file, description: file.description }))),
    files.map((file) => fileCard(file.url, file.filename, file.size)),
  ];
}

export function fileCard(address, name, size) {
  const href = ownAddress(address);
  const label = name || decodeURIComponent(String(address ?? "file").split(/[?#]/)[0].split("/").pop() || "file");
  const title = href ? h("a", { href, download: label, text: label }) : h("span", { text: label });
  return h("div", { class: "file-card" }, icon("file", 28), h("span", { class: "file-words" }, title, size ? h("small", { text: fileSize(size) }) : null));
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function openLightbox(src, alt) {
  const caption = uniqueId("caption");
  const dialog = h("dialog", { class: "lightbox", "aria-label": "Picture", "aria-describedby": caption },
    h("button", { type: "button", class: "icon-button", "aria-label": "Close the picture", on: { click: () => dialog.close() } }, icon("close", 24)),
    h("figure", {}, h("img", { src, alt }), h("figcaption", { id: caption }, alt || "No description", " · ", h("a", { href: src, target: "_blank", rel: "noopener noreferrer", text: "Open original" }))));
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("img, figcaption, button")) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
