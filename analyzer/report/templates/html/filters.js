// Which rows of the index fit the filters of the address.

import { FILTERS } from "./state.js";
import { frameName, moment } from "./text.js";

const SHARED = { verdict: "word", dialect: "dialect", handset: "handset", tac: "tac", server: "server", party: "party", kind: "kind" };
const MARKS = { rule: 0, severity: 1, effect: 2 };
let hay = null;
let held = null;

// What a search looks through; made when there is time, or when it is needed.
export function haystack(index) {
  if (hay) return hay;
  const { columns, words, marks } = index;
  hay = columns.id.map((id, at) => {
    const rules = columns.marks[at].map((one) => marks[one][0]).join(" ");
    const own = [id, columns.key[at], columns.who[at], columns.also[at], columns.call[at], rules];
    for (const name of ["brief", "client", "server", "handset", "tac", "cell"]) own.push(words[name][columns[name][at]]);
    return own.join("\n").toLowerCase();
  });
  return hay;
}

// `#12`, `b#12`: the row has that frame.
function hasFrame(index, at, wanted) {
  const frames = index.columns.frames[at];
  for (let place = 0; place < frames.length; place += 2)
    if (wanted[1] === frames[place + 1] && (!wanted[0] || frameName(index, frames[place], frames[place + 1]) === wanted[0])) return true;
  return false;
}

function searched(index, text) {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
  return parts.map((part) => {
    const frame = part.match(/^([a-z]*)#(\d+)$/);
    if (frame) return (at) => hasFrame(index, at, [frame[1] ? part : "", Number(frame[2])]);
    const lines = haystack(index);
    return (at) => lines[at].includes(part);
  });
}

function tests(index, query) {
  const { columns, words, marks } = index;
  const found = [];
  for (const [name, column] of Object.entries(SHARED)) {
    if (!query.has(name)) continue;
    const wanted = words[column].indexOf(query.get(name));
    found.push((at) => columns[column][at] === wanted);
  }
  const wanted = Object.entries(MARKS).filter(([name]) => query.has(name));
  if (wanted.length) {
    const fits = marks.map((one) => wanted.every(([name, member]) => one[member] === query.get(name)));
    found.push((at) => columns.marks[at].some((one) => fits[one]));
  }
  if (query.has("cluster")) found.push((at) => columns.cluster[at] === Number(query.get("cluster")));
  if (query.has("from")) found.push((at) => columns.start[at] >= Number(query.get("from")));
  if (query.has("to")) found.push((at) => columns.start[at] < Number(query.get("to")));
  if (query.get("q")) found.push(...searched(index, query.get("q")));
  return found;
}

// The places of the rows that fit, in the order of the report.
export function matching(index, query) {
  const name = FILTERS.map((one) => query.get(one) || "").join("\n");
  if (held?.name === name) return held.rows;
  const all = tests(index, query);
  const rows = [];
  for (let at = 0; at < index.columns.id.length; at++) if (all.every((one) => one(at))) rows.push(at);
  held = { name, rows };
  return rows;
}

// The filters that are set, in words.
export function told(index, query) {
  const names = { q: "search", severity: "severity", server: "network element", from: "from", to: "until" };
  return FILTERS.filter((one) => query.has(one) && query.get(one) !== "").map((name) => {
    let value = query.get(name);
    if (name === "cluster") value = index.clusters[Number(value)]?.brief || value;
    if (name === "from" || name === "to") value = moment(Number(value), index.zones, false).slice(0, 8);
    return [name, names[name] || name, value];
  });
}
