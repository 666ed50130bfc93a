// What was captured, what became of it, and where to look.

import { bars, CLASS_OF, CLASSES, NAMED, outcomes, timeline } from "./charts.js";
import { card, data, el, fill, link, say } from "./dom.js";
import { chips } from "./chips.js";
import { matching } from "./filters.js";
import { sign, verdictSign } from "./icons.js";
import { address, toggled } from "./state.js";
import { grouped, percent, plural, span } from "./text.js";
import { captured, folded, nothing, notes, outside, scrolled } from "./whole.js";

const SIGNS = { good: "good", warn: "warning", unsure: "unknown", bad: "bad" };
const CLUSTERS = 8; // signatures that are listed at once

// Counts over these rows by a column of words: [[name, count, failed]].
function by(index, rows, column) {
  const values = index.columns[column];
  const words = index.columns.word;
  const failing = index.words.word.map((word) => CLASS_OF[word] === "bad");
  const counts = index.words[column].map((name) => [name, 0, 0]);
  for (const at of rows) {
    counts[values[at]][1]++;
    if (failing[words[at]]) counts[values[at]][2]++;
  }
  return counts;
}

function quantile(sorted, part) {
  return sorted[Math.min(Math.ceil(part * sorted.length) - 1, sorted.length - 1)];
}

// Milliseconds to the 200 of registrations with a challenge that succeeded.
function times(index, rows) {
  const { took, word, kind } = index.columns;
  const good = index.words.word.map((one) => CLASS_OF[one] === "good" || CLASS_OF[one] === "warn");
  const full = index.words.kind.map((one) => one === "initial" || one === "reauthentication");
  const found = new Float64Array(rows.length);
  let count = 0;
  for (const at of rows) if (took[at] !== null && good[word[at]] && full[kind[at]]) found[count++] = took[at];
  return found.subarray(0, count).sort();
}

function figure(value, words, sub) {
  return el("div", { class: "figure" }, el("p", { class: "value" }, value), el("p", {}, words), sub ? el("p", { class: "muted small" }, sub) : null);
}

function figures(index, rows, counts) {
  const classes = Object.fromEntries(CLASSES.map((name) => [name, 0]));
  for (const [word, count] of Object.entries(counts)) classes[CLASS_OF[word]] += count;
  const told = rows.length - classes.unsure;
  const sorted = times(index, rows);
  return el("div", { class: "figures" },
    figure(percent(classes.good + classes.warn, told), "succeeded", classes.unsure ? `of ${grouped(told)} whose end was captured` : `${grouped(classes.good + classes.warn)} of ${grouped(told)}`),
    CLASSES.filter((name) => classes[name]).map((name) => figure([sign(SIGNS[name]), ` ${grouped(classes[name])}`], NAMED[name])),
    sorted.length ? figure(`${span(quantile(sorted, 0.5) / 1000)}`, "time to register, p50", `p95 ${span(quantile(sorted, 0.95) / 1000)}, of ${grouped(sorted.length)}`) : null);
}

function clusters(index, rows, query) {
  const { cluster } = index.columns;
  const counts = new Map();
  for (const at of rows) if (cluster[at] >= 0) counts.set(cluster[at], (counts.get(cluster[at]) || 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  if (!sorted.length) return null;
  const heads = ["n", "what happened", "fix at", "network element", "handset", "rules", "first"];
  const row = ([number, count]) => {
    const one = index.clusters[number];
    return el("tr", {}, el("td", { class: "number" }, grouped(count)),
      el("th", { scope: "row" }, verdictSign(one.word), " ", link(address("list", toggled(query, "cluster", number)), {}, data(one.brief))),
      el("td", {}, one.party ? el("strong", {}, one.party) : "-"), el("td", {}, data(one.server)), el("td", {}, data(one.handset || "-")),
      el("td", {}, one.rules.join(" ") || "-"), el("td", {}, link(one.first, {}, one.first), " ", el("span", { class: "frames" }, one.frame)));
  };
  const table = (some) => scrolled("Problems by signature", el("table", {}, el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, one)))), el("tbody", {}, some)));
  return card("Problems by signature", { class: "clusters" }, ...folded(sorted.map(row), CLUSTERS, table, "rarer signature"));
}

// Rules by how many exchanges they were found in; notes are left to the end of the page.
function rules(index, rows, query) {
  const names = [...new Set(index.marks.map((one) => `${one[0]}\n${one[1]}`))];
  const place = index.marks.map((one) => (index.strict || one[2] !== "none" ? names.indexOf(`${one[0]}\n${one[1]}`) : -1));
  const counts = new Uint32Array(names.length);
  const last = new Int32Array(names.length).fill(-1); // the row that counted it: once an exchange
  for (const at of rows)
    for (const mark of index.columns.marks[at]) {
      const to = place[mark];
      if (to < 0 || last[to] === at) continue;
      last[to] = at;
      counts[to]++;
    }
  const found = names.map((name, at) => {
    const [rule, level] = name.split("\n");
    const count = counts[at];
    return [rule, count, 0, [sign(level), ` ${rule} `, el("span", { class: "muted" }, data(index.titles[rule] || ""))]];
  });
  return bars("Findings by rule", found, "rule", query);
}

export function overview(view, index, query) {
  const rows = matching(index, query);
  const counts = Object.fromEntries(by(index, rows, "word").map(([name, count]) => [name, count]));
  const total = index.columns.id.length;
  fill(view, el("h1", {}, `${plural(rows.length, "exchange")}`, rows.length < total ? ` of ${grouped(total)}` : ` of ${plural(index.phones, "phone")}`),
    chips(index, query, "overview"),
    total ? null : nothing(index),
    rows.length ? [
      card("Verdicts", { class: "verdicts" }, figures(index, rows, counts), outcomes(counts, rows.length, query),
        el("ul", { class: "words" }, Object.keys(CLASS_OF).filter((word) => counts[word]).map((word) =>
          el("li", {}, link(address("overview", toggled(query, "verdict", word)), {}, verdictSign(word), ` ${grouped(counts[word])} ${word}`))))),
      clusters(index, rows, query),
      el("div", { class: "grid" },
        timeline(index, rows, query),
        rules(index, rows, query),
        bars("Handsets", by(index, rows, "handset"), "handset", query, { failures: true, byFailed: true }),
        bars("Handset models (TAC of the IMEI)", by(index, rows, "tac").filter(([name]) => name), "tac", query, { failures: true, byFailed: true }),
        bars("Network elements", by(index, rows, "server"), "server", query, { failures: true, byFailed: true }),
        bars("Who has to act", by(index, rows, "party").filter(([name]) => name), "party", query))] : null,
    outside(index), captured(index), notes(index));
  say(`${rows.length} exchanges`);
}
