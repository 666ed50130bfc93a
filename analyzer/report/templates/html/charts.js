// Bars and columns as inline SVG; a click sets the filter that they stand for.

import { data, el, link, svg } from "./dom.js";
import { address, toggled } from "./state.js";
import { grouped, moment, percent, plural, zoneAt } from "./text.js";

const MOST = 8; // rows of a table of bars
export const CLASSES = ["good", "warn", "unsure", "bad"];
export const NAMED = { good: "succeeded", warn: "bypassed", unsure: "cannot tell", bad: "failed" };
export const CLASS_OF = { OK: "good", inferred: "good", bypassed: "warn", unknown: "unsure", "no answer": "bad", rejected: "bad", "given up": "bad" };

function bar(part, whole, failed) {
  const width = Math.max((100 * part) / (whole || 1), part ? 1 : 0);
  return svg("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "all", x: 0, y: 0, width, height: 8 }),
    failed ? svg("rect", { class: "failed", x: 0, y: 0, width: Math.max((100 * failed) / (whole || 1), 1), height: 8 }) : null);
}

// Names with counts, most first: [[name, count, failed, words]]; a click sets `filter`.
export function bars(title, rows, filter, query, options = {}) {
  const sorted = rows.filter(([, count]) => count).sort((a, b) => (options.byFailed ? b[2] - a[2] : 0) || b[1] - a[1]);
  if (!sorted.length) return null;
  const most = Math.max(...sorted.map(([, count]) => count));
  const items = sorted.map(([name, count, failed, words]) => {
    const on = query.get(filter) === name;
    const told = options.failures ? `${grouped(failed)} of ${grouped(count)}` : grouped(count);
    return el("li", {}, link(address("overview", toggled(query, filter, name)), { class: on ? "on" : null, "aria-current": on ? "true" : null, title: on ? "Take the filter away" : `Only ${name}` },
      el("span", { class: "label" }, words || data(name || "not known")), el("span", { class: "number" }, told), bar(count, most, failed)));
  });
  const rest = items.splice(MOST);
  return el("section", { class: "card bars" }, el("h2", {}, title), options.failures ? el("p", { class: "muted small" }, "not registered, of all") : null,
    el("ul", {}, items), rest.length ? el("details", {}, el("summary", {}, `${rest.length} more`), el("ul", {}, rest.slice(0, 200))) : null);
}

// One stacked bar of what became of all.
export function outcomes(counts, total, query) {
  const words = Object.keys(CLASS_OF).filter((word) => counts[word]);
  let x = 0;
  const parts = words.map((word) => {
    const width = (1000 * counts[word]) / (total || 1);
    const part = svg("a", { href: `#${address("overview", toggled(query, "verdict", word))}`, "aria-label": `${word}: ${counts[word]}, ${percent(counts[word], total)}` },
      svg("rect", { class: CLASS_OF[word], x, y: 0, width: Math.max(width - 2, 1.5), height: 26, rx: 2 }), svg("title", {}, `${word} ${counts[word]}`));
    x += width;
    return part;
  });
  return el("div", { class: "outcomes" }, svg("svg", { viewBox: "0 0 1000 26", preserveAspectRatio: "none", role: "group", "aria-label": "Verdicts" }, parts));
}

// Columns over time, failures below; each column is a filter.
export function timeline(index, rows, query) {
  const { start, word } = index.columns;
  let [first, last] = [Infinity, -Infinity];
  for (const at of rows) {
    if (start[at] < first) first = start[at];
    if (start[at] > last) last = start[at];
  }
  const bins = 48;
  const size = Math.max(Math.ceil((last - first + 1) / bins), 1);
  const counts = Array.from({ length: bins }, () => ({ good: 0, warn: 0, unsure: 0, bad: 0 }));
  for (const at of rows) counts[Math.floor((start[at] - first) / size)][CLASS_OF[index.words.word[word[at]]]]++;
  const most = Math.max(...counts.map((one) => CLASSES.reduce((sum, name) => sum + one[name], 0)), 1);
  const columns = counts.map((one, bin) => column(one, bin, most, [first + bin * size, first + (bin + 1) * size], index, query));
  return el("section", { class: "card over-time" }, el("h2", {}, "Over time"),
    svg("svg", { viewBox: "0 0 960 130", preserveAspectRatio: "none", role: "group", "aria-label": "Exchanges over time" }, columns),
    el("p", { class: "ends" }, el("span", {}, moment(first, index.zones).slice(0, 19)), el("span", {}, `${moment(last, index.zones).slice(0, 19)} ${zoneAt(last, index.zones)[2]}`)));
}

function column(one, bin, most, [from, to], index, query) {
  const total = CLASSES.reduce((sum, name) => sum + one[name], 0);
  if (!total) return null;
  const next = new URLSearchParams(query);
  next.set("from", from);
  next.set("to", to);
  let y = 130;
  const parts = CLASSES.map((name) => {
    const height = (124 * one[name]) / most;
    y -= height;
    return one[name] ? svg("rect", { class: name, x: bin * 20 + 1, y, width: 18, height: Math.max(height, 1.5) }) : null;
  });
  const words = `${moment(from, index.zones, false)}: ${CLASSES.filter((name) => one[name]).map((name) => `${one[name]} ${NAMED[name]}`).join(", ")}`;
  return svg("a", { href: `#${address("overview", next)}`, "aria-label": words }, svg("title", {}, words),
    svg("rect", { class: "hover", x: bin * 20, y: 0, width: 20, height: 130 }), parts);
}
