// Slack's mrkdwn, read into DOM nodes, and what people type, written as Slack's text.
// https://docs.slack.dev/messaging/formatting-message-text/

import { element } from "./dom.js";

const MARKS = { "*": "strong", "_": "em", "~": "s" };
const LINK = /^(https?|mailto):/i;

/** The text of a message as nodes. `names` has maps `users` and `channels` from id to name. */
export function render(text, names) {
  const fragment = document.createDocumentFragment();
  const parts = text.split("```");
  // An odd mark at the end opens nothing.
  if (parts.length % 2 === 0) {
    const last = parts.pop();
    parts.push(`${parts.pop()}\`\`\`${last}`);
  }
  parts.forEach((part, index) => {
    if (index % 2 === 1) {
      fragment.append(element("pre", {}, unescape(part.replace(/^\n|\n$/g, ""))));
    } else if (part !== "") {
      fragment.append(lines(part.replace(index > 0 ? /^\n/ : /^$/, ""), names));
    }
  });
  return fragment;
}

function lines(text, names) {
  const fragment = document.createDocumentFragment();
  let quote = null;
  let isFirst = true;
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      if (quote) {
        quote.append(element("br"));
      } else {
        quote = element("blockquote");
        fragment.append(quote);
      }
      quote.append(inline(quoted[1], names));
      isFirst = true;
      continue;
    }
    if (!isFirst) {
      fragment.append(element("br"));
    }
    quote = null;
    isFirst = false;
    fragment.append(inline(line, names));
  }
  return fragment;
}

function inline(text, names) {
  const fragment = document.createDocumentFragment();
  let plain = "";
  const flush = () => {
    if (plain !== "") {
      fragment.append(unescape(plain));
      plain = "";
    }
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const found = reference(rest, names) ?? span(rest, text[at - 1], names);
    if (found) {
      flush();
      fragment.append(found.node);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return fragment;
}

function span(text, before, names) {
  const mark = text[0];
  if (mark !== "`" && !(mark in MARKS)) {
    return null;
  }
  const end = text.indexOf(mark, 1);
  const inner = text.slice(1, end);
  const isOutside = (character) => !character || !/[\p{L}\p{N}]/u.test(character);
  if (end < 2 || inner.trim() !== inner || !isOutside(before) || !isOutside(text[end + 1])) {
    return null;
  }
  const node =
    mark === "`"
      ? element("code", {}, unescape(inner))
      : element(MARKS[mark], {}, inline(inner, names));
  return { node, length: end + 1 };
}

function reference(text, names) {
  const match = text.match(/^<([^<>]+)>/);
  if (!match) {
    return null;
  }
  const [target, label] = split(match[1]);
  const node = referenced(target, label, names);
  return node && { node, length: match[0].length };
}

function split(inner) {
  const at = inner.indexOf("|");
  return at < 0 ? [inner, null] : [inner.slice(0, at), inner.slice(at + 1)];
}

function referenced(target, label, names) {
  const mention = (text) => element("span", { class: "mention" }, unescape(text));
  const id = target.slice(1);
  switch (target[0]) {
    case "@":
      return mention(`@${names.users.get(id) ?? label ?? id}`);
    case "#":
      return mention(`#${names.channels.get(id) ?? (label || id)}`);
    case "!":
      return mention(label ?? `@${id.split("^")[0]}`);
  }
  if (!LINK.test(target)) {
    return null;
  }
  const href = unescape(target);
  const attributes = { href, target: "_blank", rel: "noopener noreferrer" };
  return element("a", attributes, unescape(label ?? target));
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What someone typed, as Slack's own clients would send it: escaped, with names made ids. */
export function compose(typed, names) {
  let text = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  text = text.replace(/\bhttps?:\/\/[^\s|]+[^\s|.,;:!?)'"]/g, (url) => `<${url}>`);
  const byLength = (map) => [...map].sort((one, other) => other[1].length - one[1].length);
  for (const [id, name] of byLength(names.users)) {
    text = text.replaceAll(`@${name}`, `<@${id}>`);
  }
  for (const [id, name] of byLength(names.channels)) {
    text = text.replace(new RegExp(`(^|\\s)#${escapePattern(name)}\\b`, "g"), `$1<#${id}|${name}>`);
  }
  return text.replace(/(^|\s)@(here|channel|everyone)\b/g, "$1<!$2>");
}

/** The other way round: a message's text as it would be typed. */
export function decompose(text, names) {
  const typed = text.replace(/<([^<>]+)>/g, (whole, inner) => {
    const [target, label] = split(inner);
    const id = target.slice(1);
    const known = { "@": names.users, "#": names.channels }[target[0]]?.get(id);
    if (known !== undefined) {
      return target[0] + known;
    }
    if (target[0] === "!" && /^(here|channel|everyone)$/.test(id)) {
      return `@${id}`;
    }
    return label === null && LINK.test(target) ? target : whole;
  });
  return unescape(typed);
}

function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
