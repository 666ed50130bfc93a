// What is told of the report as a whole: the captures, and what belongs to no exchange.

import { card, data, el } from "./dom.js";
import { finding } from "./finding.js";
import { grouped, plural } from "./text.js";

const FILES = 8; // captures that are listed at once

export function scrolled(name, table) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, table);
}

// The first rows in a table, the others in one that is folded.
export function folded(rows, most, table, noun) {
  const rest = rows.slice(most);
  return [table(rows.slice(0, most)), rest.length ? el("details", {}, el("summary", {}, plural(rest.length, `more ${noun}`)), table(rest)) : null];
}

export function captured(index) {
  const { captures } = index;
  const rows = captures.filter((one) => one.path).map((one) => el("tr", {},
    captures.length > 1 ? el("td", {}, one.letter) : null, el("th", { scope: "row" }, data(one.path)), el("td", {}, grouped(one.packets)),
    el("td", {}, grouped(one.messages)), el("td", {}, one.esp ? `${grouped(one.opened)} of ${grouped(one.esp)}` : "-"), el("td", {}, one.first || "-"), el("td", {}, one.last || "-"),
    el("td", {}, data(one.problems.join("; ")))));
  const heads = [captures.length > 1 ? "" : null, "file", "packets", "SIP messages", "ESP read", "from", "to", "problems"].filter((one) => one !== null);
  const table = (some) => scrolled("Captures", el("table", {}, el("thead", {}, el("tr", {}, heads.map((one) => (one ? el("th", { scope: "col" }, one) : el("td", {}))))), el("tbody", {}, some)));
  return card("What was captured", { class: "captured" }, ...folded(rows, FILES, table, "file"),
    index.clocks.length ? el("pre", { class: "told" }, index.clocks.join("\n")) : null);
}

// Where no exchange was found: what there is instead.
export function nothing(index) {
  return el("pre", { class: "nothing told" }, index.nothing.join("\n"));
}

export function outside(index) {
  if (!index.outside.length) return null;
  return card("Outside of the exchanges", { class: "findings" }, index.outside.map((one) => finding(one, null)));
}

export function notes(index) {
  if (!index.network.length) return null;
  return card("Network notes", { class: "network" },
    el("p", { class: "muted small" }, `The same about one peer in ${index.network_from} exchanges or more; without effect on whether phones registered.`),
    el("ul", {}, index.network.map(([rule, peer, number]) => el("li", {}, el("code", {}, rule), " ", data(index.titles[rule] || ""), " ", data(peer), ` (${grouped(number)} \u00d7)`))));
}
