// One message as it stands in a list: what it says, the reactions to it, and what may be done to it.

import { body, clock, picture } from "./body.js";
import { composer } from "./composer.js";
import { element } from "./dom.js";
import { compose, decompose } from "./mrkdwn.js";

/** The emoji that are offered, and how to say them. */
const OFFERED = new Map([
  ["+1", ["👍", "thumbs up"]],
  ["heart", ["❤️", "a heart"]],
  ["joy", ["😂", "tears of joy"]],
  ["tada", ["🎉", "party popper"]],
  ["eyes", ["👀", "eyes"]],
  ["white_check_mark", ["✅", "a check mark"]],
]);

/** Lines of Slack's own, which nobody changes. */
const NOTICE = /^(channel|group)_/;

export function isNotice(message) {
  return NOTICE.test(message.subtype ?? "");
}

/**
 * A message. `room` knows the `names`, the present `speaker()`, and how to `act(act)`. More may be
 * put into `content`, below what is shown here.
 */
export class Line {
  constructor(room, message, rootText) {
    this.room = room;
    this.rootText = rootText;
    this.picture = element("div", { class: "picture" });
    this.words = element("div", { class: "words" });
    // The list is read out as it grows; what may be clicked need not be.
    this.foot = element("div", { class: "foot", "aria-live": "off" });
    this.content = element("div", { class: "content" }, this.words, this.foot);
    this.node = element("li", { "data-testid": "message" }, this.picture, this.content);
    this.show(message);
  }

  /** Shows the message as it is now. */
  show(message) {
    this.message = message;
    this.node.className = isNotice(message) ? "message notice-line" : "message";
    this.node.classList.toggle("tombstone", message.subtype === "tombstone");
    this.node.dataset.ts = message.ts;
    if (message.thread_ts) {
      this.node.dataset.threadTs = message.thread_ts;
    }
    this.refresh();
  }

  /** Shows it to whoever speaks now. What is being typed is not disturbed. */
  refresh() {
    if (this.isEditing) {
      return;
    }
    // Reactions leave what is said alone, so that it is not read out again.
    const { reactions, ...said } = this.message;
    if (this.shown !== JSON.stringify(said)) {
      this.shown = JSON.stringify(said);
      this.picture.replaceChildren(picture(this.message));
      this.words.replaceChildren(...body(this.room, this.message, this.rootText));
    }
    const focused = document.activeElement;
    const keep = this.foot.contains(focused) ? { ...focused.dataset } : null;
    this.problem = element("p", { class: "problem", role: "alert", hidden: true });
    this.foot.replaceChildren(...this.reactions(reactions), ...this.tools(), this.problem);
    if (keep) {
      this.focus(keep) || this.focus({ ...keep, testid: "react" });
    }
  }

  /** Goes back to the button that was there before. */
  focus({ testid, emoji }) {
    const buttons = [...this.foot.querySelectorAll(`[data-testid="${testid}"]`)];
    const found = buttons.find((button) => button.dataset.emoji === emoji);
    found?.focus();
    return found !== undefined;
  }

  about() {
    return `${this.message.author}, ${clock(this.message.ts)}`;
  }

  reactions(reactions) {
    if (reactions.length === 0) {
      return [];
    }
    const buttons = reactions.map(({ name, users }) => {
      const names = users.map((id) => this.room.names.users.get(id) ?? id).join(", ");
      return this.button(
        { class: "reaction", testid: "reaction", emoji: name, isPressed: this.hasReacted(name) },
        `${names} reacted with ${spoken(name)}`,
        () => this.react(name),
        `${glyph(name)} ${users.length}`,
      );
    });
    return [element("div", { class: "reactions", "data-testid": "reactions" }, ...buttons)];
  }

  tools() {
    const { message } = this;
    const speaker = this.room.speaker();
    if (!speaker || message.subtype === "tombstone") {
      return [];
    }
    const buttons = [...OFFERED.keys()].map((name) =>
      this.button(
        { testid: "react", emoji: name, isPressed: this.hasReacted(name) },
        `React with ${spoken(name)} to ${this.about()}`,
        () => this.react(name),
        glyph(name),
      ),
    );
    if (message.user === speaker.id && !isNotice(message)) {
      buttons.push(
        this.button({ testid: "edit" }, `Edit the message of ${this.about()}`, () => this.edit(), "Edit"),
        this.button(
          { testid: "delete" },
          `Delete the message of ${this.about()}`,
          () => this.act({ act: "delete" }),
          "Delete",
        ),
      );
    }
    const label = `What to do about the message of ${this.about()}`;
    return [element("div", { class: "tools", role: "group", "aria-label": label }, ...buttons)];
  }

  button({ testid, emoji, isPressed, class: name }, label, act, text) {
    const button = element(
      "button",
      {
        type: "button",
        class: name,
        "data-testid": testid,
        "data-emoji": emoji,
        "aria-label": label,
        "aria-pressed": isPressed === undefined ? undefined : String(isPressed),
        title: label,
      },
      text,
    );
    button.addEventListener("click", act);
    return button;
  }

  hasReacted(name) {
    const speaker = this.room.speaker();
    const reaction = this.message.reactions.find((reaction) => reaction.name === name);
    return Boolean(speaker && reaction?.users.includes(speaker.id));
  }

  react(name) {
    return this.act({ act: this.hasReacted(name) ? "unreact" : "react", emoji: name });
  }

  /** What becomes of it comes by the stream of changes. */
  async act(act) {
    try {
      await this.room.act({ ...act, ts: this.message.ts });
    } catch (error) {
      this.problem.textContent = `Not done: ${error.message}`;
      this.problem.hidden = false;
    }
  }

  edit() {
    const cancel = element("button", { type: "button", "data-testid": "edit-cancel" }, "Cancel");
    const box = composer({
      label: "Edit message",
      testid: "edit-composer",
      send: "Save",
      foot: cancel,
      say: async (text) => {
        const edited = compose(text, this.room.names);
        await this.room.act({ act: "edit", ts: this.message.ts, text: edited });
        this.stopEditing();
      },
    });
    cancel.addEventListener("click", () => this.stopEditing());
    box.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.stopEditing();
      }
    });
    this.isEditing = true;
    this.words.replaceChildren(...body(this.room, this.message, this.rootText).slice(0, 1));
    this.foot.replaceChildren(box.form);
    box.setText(decompose(this.message.text, this.room.names));
    box.focus();
  }

  stopEditing() {
    this.isEditing = false;
    this.shown = undefined;
    this.refresh();
    this.focus({ testid: "edit" });
  }
}

function glyph(name) {
  return OFFERED.get(name)?.[0] ?? `:${name}:`;
}

function spoken(name) {
  return OFFERED.get(name)?.[1] ?? name.replaceAll("_", " ");
}
