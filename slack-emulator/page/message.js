// One message, and the thread under it.

import { composer } from "./composer.js";
import { count, element } from "./dom.js";
import { render } from "./mrkdwn.js";

const OWN_PICTURES = "/_emulator/avatar/";

/**
 * A message of a channel. `room` knows the `names`, the present `speaker()`, and how to
 * `say(text, threadTs)`.
 */
export class MessageView {
  constructor(room, message, rootText) {
    this.room = room;
    this.message = message;
    this.replies = new Map();
    this.content = element("div", { class: "content" }, ...body(room, message, rootText));
    this.node = item(message, this.content);
    const canHaveThread = !message.thread_ts && message.subtype !== "channel_join";
    if (canHaveThread) {
      this.button = element("button", {
        type: "button",
        class: "reply-button",
        "data-testid": "reply-button",
        "aria-expanded": "false",
      });
      this.button.addEventListener("click", () => this.toggle());
      this.content.append(this.button);
      this.label();
    }
  }

  /** Adds a reply, unless it is there already. */
  addReply(message, isFresh) {
    if (this.replies.has(message.ts)) {
      return;
    }
    const node = item(message, element("div", { class: "content" }, ...body(this.room, message)));
    node.classList.toggle("fresh", isFresh);
    this.replies.set(message.ts, node);
    this.list?.append(node);
    this.label();
  }

  label() {
    const number = this.replies.size;
    const isOpen = this.thread !== undefined && !this.thread.hidden;
    const closed = number > 0 ? count(number, "reply", "replies") : "Reply";
    this.button.textContent = isOpen ? "Close thread" : closed;
    this.button.classList.toggle("idle", number === 0);
    const about = `to ${this.message.author}, ${clock(this.message.ts)}`;
    this.button.setAttribute("aria-label", `${this.button.textContent} ${about}`);
    this.button.setAttribute("aria-expanded", String(isOpen));
  }

  toggle() {
    if (this.thread === undefined) {
      this.build();
    } else {
      this.thread.hidden = !this.thread.hidden;
    }
    this.label();
    if (!this.thread.hidden) {
      this.hint();
      this.composer.focus();
      this.thread.scrollIntoView({ block: "nearest" });
    }
  }

  build() {
    const author = this.message.author;
    this.list = element("ol", { "aria-label": `Replies to ${author}` }, ...this.replies.values());
    this.composer = composer({
      label: `Reply to ${author}`,
      testid: "thread-composer",
      say: (text) => this.room.say(text, this.message.ts),
    });
    this.thread = element("div", { class: "thread" }, this.list, this.composer.form);
    this.content.append(this.thread);
  }

  /** Says who replies. */
  hint() {
    if (this.composer) {
      const speaker = this.room.speaker();
      this.composer.setHint(speaker && `Reply as ${speaker.name}\u00a0…`, "Nobody can reply here");
    }
  }
}

function item(message, content) {
  const isNotice = message.subtype === "channel_join";
  return element(
    "li",
    {
      class: isNotice ? "message notice-line" : "message",
      "data-testid": "message",
      "data-ts": message.ts,
      "data-thread-ts": message.thread_ts,
    },
    picture(message),
    content,
  );
}

function body(room, message, rootText) {
  const byline = element(
    "p",
    { class: "byline" },
    element("span", { class: "author", "data-testid": "author" }, message.author),
    message.bot_id && element("span", { class: "badge", "data-testid": "app-badge" }, "APP"),
    element("time", { datetime: date(message.ts).toISOString(), title: title(message.ts) }, clock(message.ts)),
  );
  const text = element("div", { class: "text", "data-testid": "text" }, ...contents(room, message));
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
function picture(message) {
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

function clock(ts) {
  return date(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function title(ts) {
  return `${date(ts).toLocaleString()} — ${ts}`;
}
