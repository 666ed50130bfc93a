// Copy buttons.

import { el, say } from "./dom.js";

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

// A button that copies `text`; `what` it is called for a screen reader.
export function copyButton(text, what) {
  const button = el("button", { type: "button", class: "copy", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    const done = await put(text);
    button.textContent = done ? "Copied" : "Select it";
    say(done ? `${what} copied` : "could not copy: select the text");
    setTimeout(() => (button.textContent = "Copy"), 1600);
  });
  return button;
}

// A line of code with its copy button; `letter` names the capture it is for.
export function copied(text, what, letter) {
  return el("div", { class: "command" }, letter ? el("span", { class: "letter" }, letter) : null, el("code", { tabindex: 0, role: "group", "aria-label": what }, text), copyButton(text, what));
}
