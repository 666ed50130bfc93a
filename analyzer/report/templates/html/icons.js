// Signs that are told apart by their shape, with a name beside them.

import { el, svg } from "./dom.js";

const SHAPES = {
  critical: "M8 0.5 15.5 8 8 15.5 0.5 8Z",
  error: "M5 1h6l4 4v6l-4 4H5l-4-4V5Z",
  warning: "M8 1.5 15.5 14.5H0.5Z",
  info: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z",
  good: "M1.5 8.5 4 6l3 3 6-6.5 2 2L7 13.5Z",
  bad: "M3 1 8 6l5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5Z",
  unknown: "M5 5a3 3 0 1 1 4.2 2.8V10H6.8V6.5C8.5 6.5 8.6 5 8 5s-.8.3-.8.8ZM6.8 11.5h2.4V14H6.8Z",
  open: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2.4a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2Z",
};

export const WORDS = {
  OK: "good", inferred: "good", bypassed: "warning", "no answer": "bad", rejected: "bad", "given up": "bad", unknown: "unknown",
};

export function sign(name) {
  return svg("svg", { class: `sign ${name}`, viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
    svg("path", { d: SHAPES[name] || SHAPES.info }));
}

// A severity with its name.
export function severity(name) {
  return el("span", { class: `severity ${name}` }, sign(name), ` ${name}`);
}

// The sign of a verdict.
export function verdictSign(word) {
  return sign(WORDS[word] || "unknown");
}
