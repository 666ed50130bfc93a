// The life of an agreement: its SAs, and the lane of what travelled later.

import { card, data, el, svg } from "./dom.js";
import { plural, span } from "./text.js";

const LANE = 26;
const HEADS = ["SA", "from > to", "SPI", "packets", "last after", "named in"];

function scale(life, width) {
  const times = [life.created, life.established, life.ended, life.until, ...(life.traffic || []).map((one) => one.t)];
  const known = times.filter((one) => one !== undefined);
  const [first, last] = [Math.min(0, ...known), Math.max(...known, 0.001)];
  return (time) => 78 + ((time - first) / (last - first)) * (width - 92);
}

function request(one, x, y) {
  const shape = one.up ? `M${x - 5} ${y + 5}L${x} ${y - 6}L${x + 5} ${y + 5}Z` : `M${x - 5} ${y - 5}L${x} ${y + 6}L${x + 5} ${y - 5}Z`;
  const words = `${one.method} ${one.answer} ${one.f}, ${span(one.t)} after the start, ${one.prot}`;
  return svg("path", { class: `request${one.bad ? " bad" : ""}${one.prot.startsWith("esp") ? "" : " outside"}`, d: shape }, svg("title", {}, words));
}

// From the announcement to the end: a lane for the set, one for the requests.
function lane(life, pixels, size) {
  const width = Math.round(pixels / size);
  const x = scale(life, width);
  const end = life.ended ?? life.until ?? life.established ?? life.created;
  const up = life.established ?? end;
  const height = 2 * LANE + 24;
  return svg("svg", { class: "life", viewBox: `0 0 ${width} ${height}`, width: pixels, height: Math.round(height * size), role: "img", "aria-label": `Life of ${life.id}: announced ${span(life.created)} after the start, ${life.reason || ""}; ${plural((life.traffic || []).length, "later request")}` },
    svg("text", { x: 2, y: 18, class: "under" }, life.sas ? "SAs" : "agreed"),
    svg("path", { class: "announced", d: `M${x(life.created)} 14H${x(up)}` }),
    svg("path", { class: "in-force", d: `M${x(up)} 14H${x(end)}` }),
    svg("circle", { cx: x(life.created), cy: 14, r: 4 }),
    life.ended !== undefined ? svg("path", { class: "end", d: `M${x(end) - 5} 9l10 10m0 -10l-10 10` }) : null,
    svg("text", { x: 2, y: 18 + LANE, class: "under" }, "requests"),
    svg("path", { class: "axis", d: `M78 ${14 + LANE}H${width - 14}` }),
    (life.traffic || []).map((one) => request(one, x(one.t), 14 + LANE)),
    svg("text", { x: 78, y: height - 6, class: "under" }, span(Math.max(0, Math.min(0, life.created)))),
    svg("text", { x: width - 14, y: height - 6, class: "under", "text-anchor": "end" }, span(end)));
}

function associations(life) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `SAs of ${life.id}` }, el("table", {},
    el("caption", {}, `${life.algorithms}, ${life.state || ""}`),
    el("thead", {}, el("tr", {}, HEADS.map((one) => el("th", { scope: "col" }, one)))),
    el("tbody", {}, life.sas.map((sa) => el("tr", {}, sa.cells.map((cell, at) => {
      const text = at === 4 && cell !== "-" ? `${cell} s` : cell;
      return at ? el("td", {}, text) : el("th", { scope: "row" }, text);
    }), sa.bad ? el("td", {}, `${sa.bad} with a wrong ICV`) : null)))));
}

function traffic(life) {
  if (!life.traffic) return null;
  return el("details", { class: "traffic" }, el("summary", {}, plural(life.traffic.length + (life.more || 0), "later request")),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Later requests on ${life.id}` }, el("table", {},
      el("thead", {}, el("tr", {}, ["time", "frames", "request", "answer", "after", "way"].map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", {}, life.traffic.map((one) => el("tr", { class: one.bad ? "bad" : null },
        el("td", {}, one.at), el("td", {}, one.f), el("td", {}, data(one.method)), el("td", {}, one.answer),
        el("td", {}, one.delay === undefined ? "" : span(one.delay / 1000)),
        el("td", {}, `${one.up ? "from" : "to"} the UE, ${one.sa || one.prot}`)))))),
    life.more ? el("p", { class: "muted" }, `${plural(life.more, "more")} not shown (secagree show CAPTURE ${life.id} --all)`) : null);
}

export function lives(detail, width, size) {
  return (detail.lives || []).map((life) => card(`${life.id}: ${life.mechanism}`, { class: "agreement", id: life.id },
    el("p", {}, "announced ", life.begun, life.established !== undefined ? `, in force ${span(life.established - life.created)} later` : ", never in force", life.reason ? `; ${life.reason}` : "", life.expires ? `; the registration lasts ${life.expires} s` : ""),
    lane(life, width, size), life.sas ? associations(life) : null, traffic(life)));
}
