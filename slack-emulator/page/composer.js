// The box that messages are typed into: Enter sends, Shift+Enter begins a new line.

import { element } from "./dom.js";

/**
 * A composer. `say(text)` sends; what it throws is shown and the text is kept. `send` is what the
 * button says.
 */
export function composer({ label, testid, foot, say, send = "Send" }) {
  const field = element("textarea", { rows: 1, "aria-label": label, "data-testid": testid });
  const button = element("button", { type: "submit", "data-testid": `${testid}-send` }, send);
  const problem = element("p", { class: "problem", role: "alert", hidden: true });
  const form = element(
    "form",
    { class: "composer" },
    field,
    problem,
    element("div", { class: "composer-foot" }, foot, button),
  );
  let isSending = false;

  const refresh = () => {
    button.disabled = field.disabled || isSending || field.value.trim() === "";
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === "" || isSending || field.disabled) {
      return;
    }
    isSending = true;
    field.value = "";
    problem.hidden = true;
    refresh();
    try {
      await say(text);
    } catch (error) {
      field.value ||= text;
      problem.textContent = `Not sent: ${error.message}`;
      problem.hidden = false;
    }
    isSending = false;
    refresh();
  });

  field.addEventListener("input", refresh);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  refresh();
  return {
    form,
    focus: () => field.focus(),
    /** Puts a text in, to be changed. */
    setText(text) {
      field.value = text;
      refresh();
    },
    /** What the empty box says; without a hint nothing can be typed. */
    setHint(hint, reason) {
      field.disabled = hint === null;
      field.placeholder = hint ?? reason;
      refresh();
    },
    setLabel: (text) => field.setAttribute("aria-label", text),
  };
}
