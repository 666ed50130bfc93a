// The list of exchanges: sorted, searched, and of its rows only those drawn that are in sight.

import { controls, refilled } from "./chips.js";
import { data, el, fill, link, say } from "./dom.js";
import { matching } from "./filters.js";
import { sign, verdictSign } from "./icons.js";
import { address, replace } from "./state.js";
import { frameName, grouped, moment, plural, span } from "./text.js";

const SEVERITIES = ["critical", "error", "warning", "info"];
const AHEAD = 8; // rows drawn beyond both edges
const PRINTED = 500;

const COLUMNS = [
  ["id", "exchange", (index, at) => index.rank[at]],
  ["time", "time", (index, at) => index.columns.start[at]],
  ["verdict", "verdict", (index, at) => word(index, "brief", at)],
  ["fix", "fix at", (index, at) => word(index, "party", at)],
  ["who", "subscriber", (index, at) => index.columns.who[at]],
  ["handset", "handset", (index, at) => word(index, "handset", at)],
  ["server", "network element", (index, at) => word(index, "server", at)],
  ["took", "took", (index, at) => index.columns.took[at] ?? Infinity],
  ["findings", "findings", (index, at) => worst(index, at)],
  ["frame", "first frame", (index, at) => (index.columns.frames[at][0] ?? 0) * 1e9 + (index.columns.frames[at][1] ?? 0)],
];

function word(index, name, at) {
  return index.words[name][index.columns[name][at]];
}

function loud(index, at) {
  return index.columns.marks[at].map((one) => index.marks[one]).filter((one) => index.strict || one[2] !== "none");
}

// Less is worse.
function worst(index, at) {
  const found = loud(index, at);
  if (!found.length) return 1000 - Math.min(index.columns.notes[at], 900);
  return Math.min(...found.map((one) => SEVERITIES.indexOf(one[1]))) * 100 - found.length;
}

function sorted(index, rows, order) {
  const down = order.startsWith("-");
  const column = COLUMNS.find(([name]) => name === order.replace("-", ""));
  if (!column) return rows;
  const keys = rows.map((at) => column[2](index, at));
  const text = typeof keys[0] === "string";
  const compare = text ? (a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b) : (a, b) => keys[a] - keys[b] || a - b;
  const places = rows.map((_, n) => n).sort(compare);
  if (down) places.reverse();
  return places.map((n) => rows[n]);
}

function cells(index, at) {
  const { columns } = index;
  const found = loud(index, at);
  const levels = SEVERITIES.filter((one) => found.some((mark) => mark[1] === one));
  const frames = columns.frames[at];
  return [
    link(columns.id[at], { class: "open" }, columns.id[at]),
    moment(columns.start[at], index.zones),
    [verdictSign(word(index, "word", at)), " ", data(word(index, "brief", at))],
    word(index, "party", at),
    data(columns.who[at]),
    data(word(index, "handset", at)),
    data(word(index, "server", at)),
    columns.took[at] === null ? "" : span(columns.took[at] / 1000),
    [levels.length ? sign(levels[0]) : null, " ", data([...new Set(found.map((mark) => mark[0]))].join(" ") || (columns.notes[at] ? plural(columns.notes[at], "note") : ""))],
    frames.length ? frameName(index, frames[0], frames[1]) : "",
  ];
}

function drawn(index, at, place) {
  const row = el("div", { class: "line", role: "row", "aria-rowindex": place + 2 },
    cells(index, at).map((content, n) => el("div", { class: `cell c-${COLUMNS[n][0]}`, role: n ? "cell" : "rowheader" }, content)));
  row.dataset.place = place;
  return row;
}

function heads(order, choose) {
  return el("div", { class: "line heads", role: "row", "aria-rowindex": 1 }, COLUMNS.map(([name, words]) => {
    const way = order.replace("-", "") === name ? (order.startsWith("-") ? "descending" : "ascending") : "none";
    return el("div", { class: `cell c-${name}`, role: "columnheader", "aria-sort": way },
      el("button", { type: "button", onclick: () => choose(name, way) }, words, way === "none" ? "" : way === "ascending" ? " \u2191" : " \u2193"));
  }));
}

class Table {
  constructor(index, query) {
    this.index = index;
    this.query = query;
    this.active = 0;
    this.space = el("div", { class: "space", role: "rowgroup" });
    this.top = el("div", { class: "top-row", role: "rowgroup" });
    this.node = el("div", { class: "table", role: "table", "aria-label": "Exchanges" }, this.top, this.space);
    this.frame = el("div", { class: "frame", tabindex: 0, role: "region", "aria-label": "Exchanges, up and down move between them" }, this.node);
    this.frame.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()), { passive: true });
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.space.addEventListener("click", (event) => {
      const line = event.target.closest(".line");
      if (line && !event.target.closest("a") && !String(getSelection())) location.hash = line.querySelector("a").getAttribute("href");
    });
  }

  get height() {
    if (!this.measured) this.measured = parseFloat(getComputedStyle(this.frame).getPropertyValue("--line")) * parseFloat(getComputedStyle(document.documentElement).fontSize) || 32;
    return this.measured;
  }

  refresh() {
    const order = this.query.get("sort") || "id";
    this.rows = sorted(this.index, matching(this.index, this.query), order);
    fill(this.top, heads(order, (name, way) => this.sort(name, way)));
    this.node.setAttribute("aria-rowcount", this.rows.length + 1);
    this.space.style.height = `${this.rows.length * this.height}px`;
    this.active = Math.min(this.active, Math.max(this.rows.length - 1, 0));
    this.draw(true);
  }

  sort(name, way) {
    this.query.set("sort", way === "ascending" ? `-${name}` : name);
    replace(address("list", this.query));
    this.refresh();
    this.top.querySelector(`.c-${name} button`).focus();
  }

  draw(anew = false, all = false) {
    const first = all ? 0 : Math.max(Math.floor(this.frame.scrollTop / this.height) - AHEAD, 0);
    const count = all ? PRINTED : Math.ceil(this.frame.clientHeight / this.height) + 2 * AHEAD;
    const last = Math.min(first + count, this.rows.length);
    if (!anew && this.first === first && this.last === last) return;
    const held = new Map(anew ? [] : [...this.space.children].map((one) => [Number(one.dataset.place), one]));
    const lines = [];
    for (let place = first; place < last; place++) {
      const line = held.get(place) || drawn(this.index, this.rows[place], place);
      line.style.top = `${place * this.height}px`;
      lines.push(line);
    }
    const focused = this.space.contains(document.activeElement) ? Number(document.activeElement.closest(".line").dataset.place) : -1;
    this.space.replaceChildren(...lines);
    if (focused >= first && focused < last) this.link(focused)?.focus({ preventScroll: true });
    [this.first, this.last] = [first, last];
  }

  link(place) {
    return this.space.querySelector(`[data-place="${place}"] a`);
  }

  key(event) {
    const page = Math.max(Math.floor(this.frame.clientHeight / this.height) - 2, 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || !this.rows.length) return;
    event.preventDefault();
    const line = document.activeElement.closest?.(".line[data-place]");
    const from = line ? Number(line.dataset.place) : this.active - Math.sign(steps[event.key]);
    this.active = Math.min(Math.max(from + steps[event.key], 0), this.rows.length - 1);
    const y = this.active * this.height;
    const room = this.frame.clientHeight - 2 * this.height;
    if (y < this.frame.scrollTop) this.frame.scrollTop = y;
    else if (y > this.frame.scrollTop + room) this.frame.scrollTop = y - room;
    this.draw();
    this.link(this.active)?.focus({ preventScroll: true });
  }
}

let table = null;
addEventListener("beforeprint", () => table?.frame.isConnected && table.draw(true, true));
addEventListener("afterprint", () => table?.frame.isConnected && table.draw(true));

export function list(view, index, query) {
  table = new Table(index, query);
  const set = el("div", {});
  const count = el("h1", {});
  const update = () => {
    refilled(set, index, query);
    table.frame.scrollTop = 0;
    table.refresh();
    fill(count, `${grouped(table.rows.length)} of ${grouped(index.columns.id.length)} exchanges`);
    say(`${table.rows.length} exchanges`);
  };
  fill(view, count, controls(index, query, update), set, table.frame);
  update();
  new ResizeObserver(() => {
    table.measured = 0;
    table.refresh();
  }).observe(table.frame);
}
