// Building the page. Strings become text nodes, never markup.

/** An element with attributes and children. What is undefined, null or false is left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (isGiven(value)) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.filter(isGiven));
  return node;
}

function isGiven(value) {
  return value !== undefined && value !== null && value !== false;
}

/** Asks the emulator for something; throws what it says is wrong. */
export async function ask(path, options = {}) {
  const response = await fetch(`/_emulator/${path}`, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.error ?? `The emulator answered with status ${response.status}.`);
  }
  return answer;
}

/** Sends JSON to the emulator. */
export function send(path, body) {
  const headers = { "content-type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** "1 reply", "2 replies". */
export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}
