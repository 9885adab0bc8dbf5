// One workspace, as a window with its channels and the room that is open.

import { composer } from "./composer.js";
import { element, send } from "./dom.js";
import { Installation } from "./installation.js";
import { MessageView } from "./message.js";
import { compose } from "./mrkdwn.js";
import { deliveryText, roomNote } from "./notes.js";

const TINTS = 6;

/** How close to its end a list counts as scrolled to the end. */
const NEAR = 48;

export class WorkspaceWindow {
  constructor(workspace, index) {
    this.views = new Map();
    this.unread = new Map();
    this.build(workspace, index);
    this.update(workspace);
  }

  build(workspace, index) {
    const name = element("span", {}, workspace.name);
    const icon = `/_emulator/avatar/${encodeURIComponent(workspace.id)}.svg`;
    this.channelList = element("ul", { "aria-label": `Channels of ${workspace.name}` });
    this.speakers = element("select", { "data-testid": "speak-as" });
    this.speakers.addEventListener("change", () => this.showHints());
    this.composer = composer({
      label: "Message",
      testid: "composer",
      foot: element("label", {}, "Speak as ", this.speakers),
      say: (text) => this.say(text),
    });
    this.title = element("h3");
    this.note = element("p");
    this.list = element("ol", { class: "messages", role: "log", tabindex: 0, "data-testid": "messages" });
    this.installation = new Installation(workspace.id);
    this.delivery = element("p", { class: "delivery", "data-testid": "delivery" });
    this.room = element(
      "div",
      { class: "room", "data-testid": "room" },
      element("header", { class: "room-title" }, this.title, this.note),
      this.list,
      this.composer.form,
    );
    this.node = element(
      "section",
      { class: `window tint-${index % TINTS}`, "data-team": workspace.id, "aria-label": workspace.name },
      element(
        "nav",
        { class: "side", "aria-label": `${workspace.name}: channels` },
        element("h2", {}, element("img", { src: icon, alt: "" }), name),
        element("h3", {}, "Channels"),
        this.channelList,
        this.installation.node,
      ),
      this.room,
      this.delivery,
    );
  }

  /** Takes the whole state of the workspace in, and keeps what is open and typed. */
  update(workspace) {
    this.workspace = workspace;
    this.channels = new Map(workspace.channels.map((channel) => [channel.id, channel]));
    this.names = {
      users: new Map(workspace.users.map((user) => [user.id, user.name])),
      channels: new Map(workspace.channels.map((channel) => [channel.id, channel.name])),
    };
    const general = workspace.channels.find((channel) => channel.name === "general");
    if (!this.channels.has(this.open)) {
      this.open = (general ?? workspace.channels[0])?.id;
    }
    this.installation.show(workspace.is_installed);
    this.showChannels();
    this.showRoom();
    this.showDelivery(workspace.delivery);
  }

  showChannels() {
    const sorted = [...this.channels.values()].sort((one, other) => one.name.localeCompare(other.name));
    const focused = document.activeElement?.closest?.("[data-channel]");
    const keep = this.channelList.contains(focused) ? focused.dataset.channel : null;
    this.channelList.replaceChildren(...sorted.map((channel) => this.channelItem(channel)));
    if (keep !== null) {
      this.channelList.querySelector(`[data-channel="${CSS.escape(keep)}"]`)?.focus();
    }
  }

  channelItem(channel) {
    const unread = this.unread.get(channel.id) ?? 0;
    const button = element(
      "button",
      { type: "button", "data-channel": channel.id, "aria-current": String(channel.id === this.open) },
      element("span", { "aria-hidden": "true" }, channel.is_private ? "◆" : "#"),
      element("span", { class: "name" }, channel.name),
      unread > 0 &&
        element("span", { class: "unread", "aria-label": `${unread} unread` }, String(unread)),
    );
    button.addEventListener("click", () => this.openChannel(channel.id));
    return element("li", {}, button);
  }

  openChannel(id) {
    this.open = id;
    this.unread.delete(id);
    this.showChannels();
    this.showRoom();
    this.composer.focus();
  }

  showRoom() {
    const channel = this.channels.get(this.open);
    this.room.hidden = channel === undefined;
    if (channel === undefined) {
      return;
    }
    const mark = channel.is_private ? "◆ " : "#";
    this.title.textContent = `${mark}${channel.name}`;
    this.note.textContent = roomNote(channel);
    this.room.dataset.channel = channel.id;
    this.list.setAttribute("aria-label", `Messages in ${channel.name}`);
    this.showSpeakers(channel);
    this.showMessages(channel);
  }

  showSpeakers(channel) {
    const chosen = this.speakers.value;
    const options = channel.speakers.map((id) => element("option", { value: id }, this.names.users.get(id)));
    this.speakers.replaceChildren(...options);
    if (channel.speakers.includes(chosen)) {
      this.speakers.value = chosen;
    }
    this.showHints();
  }

  showHints() {
    const channel = this.channels.get(this.open);
    const speaker = this.speaker();
    this.composer.setLabel(`Message in ${channel.name}`);
    this.composer.setHint(
      speaker && `Type as ${speaker.name} in #${channel.name}\u00a0…`,
      channel.is_archived ? "This channel is archived" : "Nobody is in this channel",
    );
    this.views.forEach((view) => view.hint());
    const hint = this.list.querySelector(".empty");
    if (hint && speaker) {
      hint.textContent = `Nothing here yet. Type as ${speaker.name} in #${channel.name} to begin.`;
    }
  }

  /** Who speaks in the open channel, or null. */
  speaker() {
    const id = this.speakers.value;
    const isArchived = this.channels.get(this.open)?.is_archived;
    return id === "" || isArchived ? null : { id, name: this.names.users.get(id) };
  }

  showMessages(channel) {
    const isSame =
      this.shown === channel.id &&
      [...this.views.values()]
        .flatMap((view) => view.stamps())
        .every((ts) => channel.messages.some((message) => message.ts === ts));
    if (!isSame) {
      this.shown = channel.id;
      this.views.clear();
      this.list.replaceChildren();
    }
    channel.messages.forEach((message) => this.place(message, false));
    this.showEmptiness();
    if (!isSame) {
      this.list.scrollTop = this.list.scrollHeight;
    }
  }

  showEmptiness() {
    if (this.list.childElementCount === 0) {
      this.list.append(element("li", { class: "empty", "data-testid": "empty" }, "Nothing here yet."));
      this.showHints();
    }
  }

  /** Puts a message where it belongs, or shows it there as it is now. */
  place(message, isFresh) {
    const root = message.thread_ts && this.views.get(message.thread_ts);
    root?.addReply(message, isFresh);
    const isInChannel = !message.thread_ts || message.broadcast;
    if (!isInChannel) {
      return;
    }
    if (this.views.has(message.ts)) {
      this.views.get(message.ts).show(message);
      return;
    }
    this.list.querySelector(".empty")?.remove();
    const rootText = message.thread_ts && (root?.message.text ?? "an older message");
    const view = new MessageView(this, message, rootText);
    view.node.classList.toggle("fresh", isFresh);
    this.views.set(message.ts, view);
    this.list.append(view.node);
  }

  /** A message has just been posted. */
  add(channelId, message) {
    const channel = this.channels.get(channelId);
    if (!channel || channel.messages.some((known) => known.ts === message.ts)) {
      return;
    }
    channel.messages.push(message);
    if (channelId !== this.open) {
      this.unread.set(channelId, (this.unread.get(channelId) ?? 0) + 1);
      this.showChannels();
      return;
    }
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    this.place(message, true);
    if (isAtEnd && !message.thread_ts) {
      this.list.scrollTop = this.list.scrollHeight;
    }
  }

  /** A message is not what it was. */
  change(channelId, message) {
    const channel = this.channels.get(channelId);
    const at = channel?.messages.findIndex((known) => known.ts === message.ts) ?? -1;
    if (at < 0) {
      return;
    }
    channel.messages[at] = message;
    if (channelId === this.open) {
      this.place(message, false);
    }
  }

  /** A message is gone. */
  remove(channelId, ts) {
    const channel = this.channels.get(channelId);
    if (!channel) {
      return;
    }
    channel.messages = channel.messages.filter((message) => message.ts !== ts);
    if (channelId === this.open) {
      this.views.get(ts)?.node.remove();
      this.views.delete(ts);
      this.views.forEach((view) => view.dropReply(ts));
      this.showEmptiness();
    }
  }

  /** Whoever speaks does something to a message of the open channel. */
  act(act) {
    const where = { team: this.workspace.id, channel: this.open, user: this.speakers.value };
    return send("act", { ...where, ...act });
  }

  say(text, threadTs) {
    return send("say", {
      team: this.workspace.id,
      channel: this.open,
      user: this.speakers.value,
      text: compose(text, this.names),
      thread_ts: threadTs,
    });
  }

  showDelivery(delivery) {
    this.delivery.className = `delivery ${delivery?.state ?? "idle"}`;
    this.dueAt = delivery?.state === "retrying" ? performance.now() + delivery.due_in_ms : null;
    this.lastDelivery = delivery;
    this.tick();
  }

  /** Lets the wait for a retry run down. */
  tick() {
    const seconds = this.dueAt === null ? 0 : Math.max(0, Math.ceil((this.dueAt - performance.now()) / 1000));
    const text = deliveryText(this.lastDelivery, seconds);
    if (this.delivery.textContent !== text) {
      this.delivery.textContent = text;
    }
  }
}
