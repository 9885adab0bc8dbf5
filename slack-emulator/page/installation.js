// Whether the app is installed in a workspace, and the way to uninstall it.

import { element, send } from "./dom.js";

export class Installation {
  constructor(team) {
    this.note = element("p", { role: "status", "data-testid": "installation" });
    this.button = element("button", { type: "button", "data-testid": "uninstall" }, "Uninstall the app");
    this.button.addEventListener("click", () => this.uninstall(team));
    this.node = element("div", { class: "installation" }, this.note, this.button);
  }

  show(isInstalled) {
    this.note.textContent = isInstalled ? "The app is installed." : "The app is not installed.";
    this.button.hidden = !isInstalled;
  }

  async uninstall(team) {
    try {
      await send("uninstall", { team });
    } catch (error) {
      this.note.textContent = error.message;
    }
  }
}
