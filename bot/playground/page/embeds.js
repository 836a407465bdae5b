/* Classic embeds. */
import { messageStamp } from "./clock.js";
import { h } from "./dom.js";
import { link, markdown, webAddress } from "./markdown.js";
import { picture } from "./media.js";

export function embeds(list) {
  return (list ?? []).map(embed);
}

function embed(data) {
  const colour = typeof data.color === "number" ? `#${data.color.toString(16).padStart(6, "0")}` : null;
  const title = data.title && (webAddress(data.url) ? link(data.url, [markdown(data.title)]) : markdown(data.title));
  const foot = [data.footer?.text, data.timestamp && messageStamp(data.timestamp)].filter(Boolean).join(" • ");
  return h("div", { class: "embed", style: colour ? { borderInlineStartColor: colour } : {} },
    h("div", { class: "embed-grid" },
      h("div", { class: "embed-words" },
        data.author?.name && h("div", { class: "embed-author", text: data.author.name }),
        title && h("div", { class: "embed-title" }, title),
        data.description && markdown(data.description),
        data.fields?.length > 0 && h("div", { class: "embed-fields" }, data.fields.map((field) => (
          h("div", { class: field.inline ? "embed-field inline" : "embed-field" }, h("div", { class: "embed-field-name" }, markdown(field.name)), markdown(field.value))
        )))),
      data.thumbnail && h("div", { class: "accessory" }, picture(data.thumbnail, { alt: data.thumbnail.description ?? "Thumbnail", className: "picture thumbnail" }))),
    data.image && picture(data.image, { alt: data.image.description ?? "Picture of the embed" }),
    foot && h("div", { class: "embed-foot", text: foot }));
}
