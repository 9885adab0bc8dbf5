// What stands in a message: picture, author, text.

import { element } from "./dom.js";
import { render } from "./mrkdwn.js";

const OWN_PICTURES = "/_emulator/avatar/";

/** Who says it and what is said. `rootText` is what a reply that is shown in the channel replies to. */
export function body(room, message, rootText) {
  const byline = element(
    "p",
    { class: "byline" },
    element("span", { class: "author", "data-testid": "author" }, message.author),
    message.bot_id && element("span", { class: "badge", "data-testid": "app-badge" }, "APP"),
    element("time", { datetime: date(message.ts).toISOString(), title: title(message.ts) }, clock(message.ts)),
    message.edited && element("span", { class: "edited", "data-testid": "edited" }, "(edited)"),
  );
  const text = element(
    "div",
    { class: "text", "data-testid": "text" },
    ...contents(room, message),
    ...message.attachments.map((preview) => element("p", { class: "aside" }, preview.title ?? preview.fallback)),
  );
  if (!rootText) {
    return [byline, text];
  }
  return [byline, element("p", { class: "aside" }, `replied to a thread: ${rootText}`), text];
}

/** Blocks come before text, as in Slack; a person's rich text says the same as the text. */
function contents(room, message) {
  const nodes = (message.blocks ?? []).flatMap((block) => blockNodes(room, block));
  return nodes.length > 0 ? nodes : [render(message.text, room.names)];
}

function blockNodes(room, block) {
  const lines = (texts) =>
    texts
      .filter((text) => typeof text === "string")
      .map((text) => element("div", {}, render(text, room.names)));
  switch (block.type) {
    case "section":
      return lines([block.text, ...(block.fields ?? [])].map((part) => part?.text));
    case "header":
      return [element("div", {}, element("strong", {}, block.text?.text ?? ""))];
    case "context":
      return lines((block.elements ?? []).map((part) => part.text ?? part.alt_text));
    case "markdown":
      return lines([block.text]);
    case "image":
      return lines([block.alt_text]);
    case "divider":
      return [element("hr")];
    default:
      return [];
  }
}

/** Pictures from elsewhere are not loaded: the author's initials stand for them. */
export function picture(message) {
  if (message.icon_emoji) {
    return element("div", { class: "avatar drawn emoji", "aria-hidden": "true" }, message.icon_emoji);
  }
  const words = message.author.match(/[\p{L}\p{N}]+/gu) ?? ["?"];
  const initials = words.slice(0, 2).map((word) => [...word][0].toUpperCase());
  const drawn = element("div", { class: "avatar drawn", "aria-hidden": "true" }, initials.join(""));
  const path = ownPath(message.avatar);
  if (path === null) {
    return drawn;
  }
  const image = element("img", { class: "avatar", src: path, alt: "" });
  image.addEventListener("error", () => image.replaceWith(drawn));
  return image;
}

/** The page may have been opened under another name than the one that pictures are given under. */
function ownPath(url) {
  if (!url || !URL.canParse(url, location.href)) {
    return null;
  }
  const path = new URL(url, location.href).pathname;
  return path.startsWith(OWN_PICTURES) ? path : null;
}

function date(ts) {
  return new Date(Number(ts.split(".")[0]) * 1000);
}

export function clock(ts) {
  return date(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function title(ts) {
  return `${date(ts).toLocaleString()} — ${ts}`;
}
