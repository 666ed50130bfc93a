// The search field, the filters that are set, and those that can be chosen.

import { data, el, fill, link } from "./dom.js";
import { told } from "./filters.js";
import { address, FILTERS, replace, without } from "./state.js";

const CHOICES = [["verdict", "word"], ["dialect", "dialect"], ["kind", "kind"], ["party", "party"]];
const SEVERITIES = ["critical", "error", "warning", "info"];
const EFFECTS = ["explains-outcome", "risk", "none"];

// The filters that are set, each to be taken away by a click.
export function chips(index, query, name) {
  const set = told(index, query);
  if (!set.length) return el("p", { class: "chips" });
  return el("p", { class: "chips" }, set.map(([filter, words, value]) =>
    link(address(name, without(query, filter)), { class: "chip", "aria-label": `Take away: ${words} ${value}` }, `${words}: `, data(value), " \u2715")),
    link(address(name, without(query, ...FILTERS)), { class: "chip" }, "all \u2715"),
    name === "overview" ? link(address("list", query), { class: "button" }, "List these") : null);
}

function choice(name, label, values, query, changed) {
  const select = el("select", { onchange: () => changed(name, select.value) },
    el("option", { value: "" }, `any ${label}`), values.map((one) => el("option", { value: one, selected: query.get(name) === one }, one || "not known")));
  return el("label", {}, el("span", { class: "hidden" }, label), select);
}

// The controls above the list; `changed()` is called when the query has.
export function controls(index, query, changed) {
  const set = (name, value) => {
    if (value) query.set(name, value);
    else query.delete(name);
    replace(address("list", query));
    changed();
  };
  const search = el("input", { type: "search", placeholder: "IMSI, Call-ID, address, #frame, rule \u2026", "aria-label": "Search: IMSI, Call-ID, address, frame, rule", autocomplete: "off", spellcheck: "false", value: query.get("q") || "" });
  search.addEventListener("input", () => set("q", search.value.trim()));
  const rules = [...new Set(index.marks.map((one) => one[0]))].sort();
  return el("form", { class: "controls", role: "search", onsubmit: (event) => event.preventDefault() }, search,
    choice("severity", "severity", SEVERITIES.filter((one) => index.marks.some((mark) => mark[1] === one)), query, set),
    choice("effect", "effect", EFFECTS.filter((one) => index.marks.some((mark) => mark[2] === one)), query, set),
    choice("rule", "rule", rules, query, set),
    CHOICES.map(([name, column]) => (index.words[column].length > 1 ? choice(name, name === "party" ? "party" : name, index.words[column].filter(Boolean), query, set) : null)));
}

export function refilled(node, index, query) {
  fill(node, ...chips(index, query, "list").childNodes);
}
