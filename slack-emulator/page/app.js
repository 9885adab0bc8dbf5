// The page: fetches the state, then follows the stream of changes.

import { ask, element } from "./dom.js";
import { WorkspaceWindow } from "./window.js";

/** How long to wait before a stream that was refused is asked for again. */
const AGAIN_MS = 2000;

const main = document.getElementById("windows");
const about = document.getElementById("about");
const connection = document.getElementById("connection");
const windows = new Map();

function report(text, state) {
  connection.textContent = text;
  connection.className = state;
}

async function refresh() {
  const state = await ask("state");
  about.textContent = state.request_url
    ? `Events go to ${state.request_url}. Type as someone and watch what ${state.app.name} does.`
    : "No request URL is set yet, so nobody hears of what is said here.";
  const known = new Set(state.workspaces.map((workspace) => workspace.id));
  for (const [id, window] of windows) {
    if (!known.has(id)) {
      window.node.remove();
      windows.delete(id);
    }
  }
  state.workspaces.forEach((workspace, index) => {
    const window = windows.get(workspace.id);
    if (window) {
      window.update(workspace);
    } else {
      const made = new WorkspaceWindow(workspace, index);
      windows.set(workspace.id, made);
      main.append(made.node);
      made.list.scrollTop = made.list.scrollHeight;
    }
  });
  main.querySelector(".notice")?.remove();
  if (windows.size === 0) {
    main.append(element("p", { class: "notice" }, "There are no workspaces yet."));
  }
}

// One at a time, and once more if something came meanwhile.
let refreshing = false;
let isStale = false;
async function refreshSoon() {
  isStale = true;
  if (refreshing) {
    return;
  }
  refreshing = true;
  while (isStale) {
    isStale = false;
    try {
      await refresh();
      report("Live", "live");
    } catch (error) {
      report(`Cannot fetch the state: ${error.message}`, "lost");
    }
  }
  refreshing = false;
}

function apply(change) {
  const window = windows.get(change.team);
  switch (change.kind) {
    case "message":
      window?.add(change.channel, change.message);
      break;
    case "changed":
      window?.change(change.channel, change.message);
      break;
    case "deleted":
      window?.remove(change.channel, change.ts);
      break;
    case "delivery":
      window?.showDelivery(change.delivery);
      break;
    default:
      refreshSoon();
  }
}

function listen() {
  const stream = new EventSource("/_emulator/stream");
  stream.addEventListener("hello", refreshSoon);
  stream.addEventListener("message", (event) => apply(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    report("Connection lost, trying again …", "lost");
    // The browser tries again by itself, unless it was refused.
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(listen, AGAIN_MS);
    }
  });
}

setInterval(() => windows.forEach((window) => window.tick()), 1000);
listen();
