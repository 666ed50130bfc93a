// The ladder: one lane a party, one arrow a message, the SAs beside it.

import { el, svg } from "./dom.js";
import { clip, delta } from "./text.js";

const ROW = 46;
const CLOSE = 38; // where there are many
const MANY = 6;
const HEAD = 42;
const LATER = 3; // later requests that the ladder shows because a finding names them
const SHOWN = 60; // rows drawn until somebody asks for more
const WIDE = 12.8; // size of type of the names on arrows
const HEADROOM = 17; // of an arrow over its row's lower edge
const PROTECTION = { clear: "clear", ports: "clear, ports of an SA", esp: "ESP", "esp-null": "ESP-NULL", tls: "TLS" };

// Where things stand for a width.
function measures(detail, width) {
  const narrow = width < 560;
  const lives = detail.lives?.filter((one) => one.sas) || [];
  const bars = lives.length ? (narrow ? 34 : 58) : 0;
  const left = narrow ? 52 : 66;
  const pins = narrow ? 34 : 46;
  const end = width - bars - pins;
  const lanes = detail.lanes.length;
  const first = left + (narrow ? 12 : 26);
  const gap = (end - first - (narrow ? 6 : 26)) / (lanes - 1);
  const row = detail.rows.length > MANY ? CLOSE : ROW;
  return { row, width, narrow, left, pins: end + 2, bars: width - bars, step: bars / 4.4, lane: (n) => first + n * gap, gap };
}

function text(x, y, words, attributes) {
  return svg("text", { x, y, ...attributes }, words);
}

// How many characters of a size fit into a width.
function fitted(words, width, size) {
  return clip(words, Math.max(Math.floor(width / (size * 0.56)), 4));
}

function wave(from, to, y) {
  const way = Math.sign(to - from);
  const count = Math.max(Math.floor(Math.abs(to - from) / 8), 1);
  const size = (to - from) / count;
  let path = `M${from} ${y}`;
  for (let n = 0; n < count; n++) path += `q${size / 2} ${(n % 2 ? 1 : -1) * 4 * way} ${size} 0`;
  return path;
}

// The stroke of a protection: one line in clear, two for ESP (one of them dotted: NULL), a wave for
// TLS.
function stroke(prot, from, to, y, kind) {
  if (prot === "tls") return [svg("path", { class: `arrow ${kind}`, d: wave(from, to, y), fill: "none" })];
  if (prot === "esp" || prot === "esp-null") {
    const dashes = [null, prot === "esp-null" ? "2 3" : null];
    return [-1.7, 1.7].map((shift, n) => svg("path", { class: `arrow ${kind}`, d: `M${from} ${y + shift}H${to}`, "stroke-dasharray": dashes[n] }));
  }
  return [svg("path", { class: `arrow ${kind}`, d: `M${from} ${y}H${to}`, "stroke-dasharray": prot === "ports" ? "12 3" : null })];
}

function tip(x, y, way, kind) {
  return svg("path", { class: `tip ${kind}`, d: `M${x} ${y}l${-9 * way} -5v10Z` });
}

function spoken(detail, row) {
  const names = detail.lanes.map(([name]) => name);
  const parts = [`Frame ${row.f}`, `at ${row.t.toFixed(3)} s`, row.name, ...(row.carries || []), `${names[row.from]} to ${names[row.to]}`];
  parts.push(PROTECTION[row.prot], row.sa || "", row.tr, row.inferred ? "inferred, not read" : "");
  if (row.pins) parts.push(`finding ${row.pins.join(" ")}`);
  return parts.filter(Boolean).join(", ");
}

function below(row, wide) {
  const parts = [];
  if (row.prot !== "clear") parts.push(PROTECTION[row.prot].split(",")[0]);
  if (row.tr) parts.push(row.tr);
  if (row.sa) parts.push(row.sa);
  if (row.ports && wide) parts.push(row.ports);
  else if (!row.sa && row.spi) parts.push(row.spi);
  if (row.seq !== undefined && wide) parts.push(`seq ${row.seq}`);
  if (row.pieces && wide) parts.push(`${row.pieces.split(" ").length} fragments`);
  return parts.join(" ");
}

// `REGISTER Security-Verify`; without reason phrase, then `401 SS`, where there is little room.
function labelled(row, room) {
  const short = row.name.split(/ (?=\D)/)[0];
  const lists = row.carries || [];
  const brief = lists.map((one) => one.replace(/^Security-(.)\w+/, "S$1"));
  const forms = [[row.name, ...lists], [short, ...lists], [row.name, ...brief], [short, ...brief]].map((one) => one.join("\u2002"));
  return forms.find((one) => one.length * WIDE * 0.56 <= room) || forms.at(-1);
}

function arrow(detail, row, place, at, main) {
  const y = HEAD + (place + 1) * at.row - HEADROOM;
  const [x1, x2] = [at.lane(row.from), at.lane(row.to)];
  const way = Math.sign(x2 - x1);
  const kind = row.inferred ? "inferred" : "read";
  const middle = (x1 + x2) / 2;
  const room = at.gap - 26;
  const label = labelled(row, room);
  const cited = row.pins || row.cited;
  const worst = row.pins ? main?.severity || "error" : "";
  return svg("a", { href: row.later ? `#${row.pins[0]}` : `#${detail.id}/m${place + 1}`, class: `row${row.pins ? " pinned" : ""}`, "aria-label": spoken(detail, row) },
    svg("rect", { class: `band${cited ? " cited" : ""}${row.pins ? ` pinned ${worst}` : ""}`, x: 0, y: HEAD + place * at.row + 1, width: at.bars, height: at.row - 2, rx: 3 }),
    text(4, y - 3, row.f, { class: "frame" }),
    row.later ? text(at.lane(0) - 8, y + 12.5, "later", { class: "under", "text-anchor": "end" }) : [],
    text(4, y + 11, place ? delta(row.d) : row.t.toFixed(3), { class: "time" }),
    stroke(row.prot, x1 + 3 * way, x2 - 8 * way, y, kind),
    tip(x2 - 1.5 * way, y, way, kind),
    text(middle, y - 6, fitted(label, room, WIDE), { class: "name", "text-anchor": "middle" }),
    text(middle, y + 12.5, fitted(below(row, at.gap > 240), room, 10.5), { class: "under", "text-anchor": "middle" }),
    row.pins ? pin(row.pins, at.pins, y, worst) : [],
  );
}

function pin(names, x, y, worst) {
  const label = names.length > 1 ? `${names[0]}+${names.length - 1}` : names[0];
  const width = 12 + label.length * 7;
  return svg("g", { class: `pin ${worst}` },
    svg("path", { d: `M${x} ${y}l7 -10h${width}v20h${-width}Z` }),
    text(x + 8 + width / 2 - 3, y + 4.5, label, { "text-anchor": "middle" }));
}

// What is said of a message that the protocol demands and the capture lacks.
export function lacking(one) {
  if (one.missing) return "demanded, never came";
  return one.instead ? `demanded, ${one.instead} came instead` : "not in the capture";
}

function ghostClass(one) {
  return `ghost${one.missing || one.instead ? "" : " unseen"}`;
}

function ghost(detail, place, at) {
  const one = detail.ghost;
  const y = HEAD + (place + 1) * at.row - HEADROOM;
  const [x1, x2] = [at.lane(one.from), at.lane(one.to)];
  const way = Math.sign(x2 - x1);
  return svg("g", { class: ghostClass(one) },
    svg("path", { class: "arrow ghost", d: `M${x1 + 3 * way} ${y}H${x2 - 8 * way}`, "stroke-dasharray": "3 5" }),
    svg("path", { class: "tip ghost", d: `M${x2 - 1.5 * way} ${y}l${-9 * way} -5v10Z` }),
    text((x1 + x2) / 2, y - 6, fitted(one.name, at.gap - 20, WIDE), { class: "name", "text-anchor": "middle" }),
    text((x1 + x2) / 2, y + 13, lacking(one), { class: "under", "text-anchor": "middle" }));
}

function heads(detail, at, height) {
  return detail.lanes.map(([name, address], lane) => {
    const x = at.lane(lane);
    const last = lane === detail.lanes.length - 1;
    const anchor = lane === 0 ? "start" : last ? "end" : "middle";
    const shift = lane === 0 ? -14 : last ? 14 : 0;
    return svg("g", { class: "lane" },
      svg("path", { d: `M${x} ${HEAD - 8}V${height}` }),
      text(x + shift, 14, name, { class: "party", "text-anchor": anchor }),
      text(x + shift, 29, fitted(address, at.gap / (last || lane === 0 ? 1.2 : 1.1), 11), { class: "address", "text-anchor": anchor }));
  });
}

// Where a moment stands between the rows.
function yOf(rows, time, at) {
  const place = rows.findIndex((row) => row.t >= time - 0.0000005);
  return HEAD + ((place < 0 ? rows.length : place) + 1) * at.row - HEADROOM;
}

// The four SAs of each set: dashed while announced, full once in force, with an end where it ends.
function bars(detail, rows, at, height) {
  const lives = detail.lives?.filter((one) => one.sas) || [];
  if (!lives.length) return [];
  const drawn = lives.slice(-4).flatMap((life, set) => life.sas.map((sa, n) => bar(life, sa, n, set, lives.length, rows, at, height)));
  return drawn;
}

function bar(life, sa, n, set, sets, rows, at, height) {
  const x = at.bars + at.step * (n + 0.6) + (sets > 1 ? (set % 2) * 3 : 0);
  const top = yOf(rows, sa.born, at);
  const last = rows.length ? rows[rows.length - 1].t : 0;
  const ends = life.ended !== undefined && life.ended <= last;
  const bottom = ends ? yOf(rows, life.ended, at) : height - 4;
  const up = life.established === undefined ? bottom : Math.min(yOf(rows, life.established, at), bottom);
  const [name, way, spi, packets] = sa.cells;
  const title = `${life.id} ${name}: ${way}, SPI ${spi}, ${packets} packets${life.reason ? `, ${life.reason}` : ""}`;
  return svg("g", { class: `sa${sa.used ? "" : " unused"}` },
    svg("title", {}, title),
    svg("path", { class: "announced", d: `M${x} ${top}V${up}` }),
    up < bottom ? svg("path", { class: "in-force", d: `M${x} ${up}V${bottom}` }) : [],
    svg("circle", { cx: x, cy: top, r: 3 }),
    ends ? svg("path", { class: "end", d: `M${x - 4} ${bottom - 4}l8 8m0 -8l-8 8` }) : svg("path", { class: "on", d: `M${x - 3} ${bottom - 4}l3 4 3 -4` }),
    at.step > 11 ? svg("text", { class: "sa-name", transform: `translate(${x + 3.5} ${HEAD - 4}) rotate(-90)` }, name) : []);
}

// Later requests that a finding names, as rows under the others.
function later(detail) {
  const own = new Map((detail.findings || []).map((one) => [one.id, one]));
  return (detail.lives || []).flatMap((life) => (life.traffic || []).filter((one) => one.pins?.some((id) => own.has(id))).map((one) => ({
    later: life.id, f: one.f.split(" ")[0], t: one.t, name: `${one.method} ${one.answer}`, from: one.up ? 0 : 1, to: one.up ? 1 : 0,
    prot: one.prot, sa: one.sa, tr: "", pins: one.pins.filter((id) => own.has(id) && !own.get(id).explained_by),
  }))).filter((one) => one.pins.length && !detail.rows.some((row) => row.pins?.includes(one.pins[0]))).slice(0, LATER);
}

// The drawing for a width in pixels, its parts `size` times as large as usual.
export function ladder(detail, pixels, all, size = 1) {
  const width = Math.max(Math.round(pixels / size), 260);
  const own = all ? detail.rows : detail.rows.slice(0, SHOWN);
  const rows = [...own, ...(own.length === detail.rows.length && !detail.ghost ? later(detail) : [])].map((row, place, them) => ({ ...row, d: place ? row.t - them[place - 1].t : row.t }));
  const at = measures(detail, width);
  const ghosts = detail.ghost && own.length === detail.rows.length ? 1 : 0;
  const before = detail.ghost?.role === "offer" ? 1 : 0;
  const height = HEAD + (rows.length + ghosts) * at.row + 6;
  const main = detail.findings?.find((one) => !one.explained_by);
  const node = svg("svg", { class: "ladder", viewBox: `0 0 ${width} ${height}`, width: pixels, height: Math.round(height * size), role: "group", "aria-label": `Ladder of ${detail.id}, ${detail.kind}` },
    heads(detail, at, height - 2),
    rows.map((row, place) => arrow(detail, row, place, at, main)),
    ghosts ? ghost(detail, before ? 0 : rows.length, at) : [],
    bars(detail, rows, at, height));
  return node;
}

export function hidden(detail) {
  return Math.max(detail.rows.length - SHOWN, 0);
}

// What the strokes mean, as far as they are used.
export function legend(detail) {
  const used = new Set(detail.rows.map((row) => row.prot));
  const strokes = ["clear", "ports", "esp", "esp-null", "tls"].filter((one) => used.has(one));
  const keys = strokes.map((one) => [stroke(one, 1, 33, 7, "read"), PROTECTION[one]]);
  if (detail.rows.some((row) => row.inferred)) keys.push([stroke("esp", 1, 33, 7, "inferred"), "not read"]);
  if (detail.ghost) keys.push([svg("g", { class: ghostClass(detail.ghost) }, svg("path", { class: "arrow ghost", d: "M1 7H33", "stroke-dasharray": "3 5" })), detail.ghost.missing || detail.ghost.instead ? "never came" : "not captured"]);
  return el("ul", { class: "legend" }, keys.map(([drawn, name]) => el("li", {}, svg("svg", { width: 34, height: 14, "aria-hidden": "true" }, drawn), ` ${name}`)));
}
