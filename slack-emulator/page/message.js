// A message of a channel, and the thread under it.

import { clock } from "./body.js";
import { composer } from "./composer.js";
import { count, element } from "./dom.js";
import { Line, isNotice } from "./line.js";

/**
 * A message of a channel. `room` is as a `Line` has it, and knows how to `say(text, threadTs)`.
 */
export class MessageView {
  constructor(room, message, rootText) {
    this.room = room;
    this.replies = new Map();
    this.line = new Line(room, message, rootText);
    this.node = this.line.node;
    const canHaveThread = !message.thread_ts && !isNotice(message);
    if (canHaveThread) {
      this.button = element("button", {
        type: "button",
        class: "reply-button",
        "data-testid": "reply-button",
        "aria-expanded": "false",
      });
      this.button.addEventListener("click", () => this.toggle());
      this.line.content.append(this.button);
      this.label();
    }
  }

  get message() {
    return this.line.message;
  }

  /** Every message that is shown here. */
  stamps() {
    return [this.message.ts, ...this.replies.keys()];
  }

  show(message) {
    this.line.show(message);
    if (this.button) {
      this.label();
    }
  }

  /** Adds a reply, or shows it as it is now. */
  addReply(message, isFresh) {
    const known = this.replies.get(message.ts);
    if (known) {
      known.show(message);
      return;
    }
    const line = new Line(this.room, message);
    line.node.classList.toggle("fresh", isFresh);
    this.replies.set(message.ts, line);
    this.list?.append(line.node);
    this.label();
  }

  dropReply(ts) {
    const line = this.replies.get(ts);
    if (line) {
      line.node.remove();
      this.replies.delete(ts);
      this.label();
    }
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
    const lines = [...this.replies.values()].map((line) => line.node);
    this.list = element("ol", { "aria-label": `Replies to ${author}` }, ...lines);
    this.composer = composer({
      label: `Reply to ${author}`,
      testid: "thread-composer",
      say: (text) => this.room.say(text, this.message.ts),
    });
    this.thread = element("div", { class: "thread" }, this.list, this.composer.form);
    this.line.content.append(this.thread);
  }

  /** Goes by who speaks now. */
  hint() {
    this.line.refresh();
    this.replies.forEach((line) => line.refresh());
    if (this.composer) {
      const speaker = this.room.speaker();
      this.composer.setHint(speaker && `Reply as ${speaker.name}\u00a0…`, "Nobody can reply here");
    }
  }
}
