// One message: where it went, its lists, and its text.

import { data, el, link } from "./dom.js";
import { differs, parsed } from "./lists.js";
import { fields, rowsOf } from "./tree.js";
import { span } from "./text.js";

const AGREEMENT = /^(security-(client|server|verify)|(proxy-)?require|supported|unsupported|www-authenticate|proxy-authenticate|authorization|proxy-authorization|security-mechanism|security-method)\s*(:|$)/i;
const PROTECTION = { clear: "in clear", ports: "in clear on ports of an SA: captured above IPsec", esp: "ESP", "esp-null": "ESP with NULL encryption", tls: "TLS" };

function way(detail, row) {
  const names = detail.lanes.map(([name]) => name);
  const inside = [PROTECTION[row.prot], row.sa, row.spi ? `SPI ${row.spi}` : "", row.seq !== undefined ? `seq ${row.seq}` : ""];
  const found = [
    ["way", `${names[row.from]} \u2192 ${names[row.to]}, ${row.src} \u2192 ${row.dst}`],
    ["time", `${row.at}, ${span(row.t)} after the start`],
    ["transport", [row.tr, row.leg === "unknown" ? "" : row.leg[0].toUpperCase() + row.leg.slice(1)].filter(Boolean).join(", ")],
    ["protection", inside.filter(Boolean).join(", ")],
    ["role", row.role + (row.round ? `, round ${row.round}` : "") + (row.inferred ? `, inferred: not read (${row.length} octets)` : "")],
    ["pieces", row.pieces], ["also at", row.also],
    ["carries", (row.marks || []).length ? `${row.marks.join(", ")} (values masked)` : ""],
  ];
  return el("dl", { class: "facts" }, found.filter(([, value]) => value).map(([name, value]) => [el("dt", {}, name), el("dd", {}, data(value))]));
}

function raw(lines, row) {
  if (!lines) return el("p", { class: "muted" }, row.inferred ? "It was not read: there is no text." : `Its text is not in this page, which has room for some: secagree dissect CAPTURE --frame ${row.n}`);
  let inside = false;
  let head = true;
  const shown = lines.map((line) => {
    if (line === "") head = false;
    inside = head && (/^[ \t]/.test(line) ? inside : AGREEMENT.test(line));
    return inside ? el("b", { class: "agreement" }, data(line), "\n") : [data(line), "\n"];
  });
  return el("pre", { class: "raw", tabindex: 0, role: "region", "aria-label": "Text of the message" }, shown);
}

function cites(detail, row) {
  const names = [...(row.pins || []), ...(row.cited || [])];
  const found = names.map((name) => detail.findings?.find((one) => one.id === name)).filter(Boolean);
  if (!found.length) return null;
  return el("p", { class: "cites" }, found.map((one) => link(one.id, {}, `${one.id} ${one.rule} ${one.name}`)).flatMap((one, at) => (at ? [", ", one] : [one])));
}

// What a Verify has otherwise than the list that it answers, by parameter: marked in the tree.
function differing(detail, row) {
  if (row.role !== "verify" || !detail.compared) return new Set();
  return new Set(detail.compared.elements.flatMap((one) => one.rows.filter(differs).map(([name, , value]) => `${name}=${value}`.toLowerCase())));
}

// The panel beside the ladder; `close` goes back to the exchange.
export function message(detail, place, text, octets) {
  const row = detail.rows[place];
  const rows = text?.tree ? rowsOf(text.tree) : [];
  const own = rows.filter((node) => AGREEMENT.test(node[0]));
  const step = (to, words, sign) => (detail.rows[to] ? link(`${detail.id}/m${to + 1}`, { class: "button", "aria-label": words }, sign) : null);
  return el("section", { class: "card message", id: "message", tabindex: -1, "aria-label": `Message ${row.f}` },
    el("div", { class: "title" },
      el("h2", {}, data(row.f), " ", data(row.name)),
      el("span", { class: "steps" }, step(place - 1, "Message before", "\u2190"), step(place + 1, "Message after", "\u2192"),
        link(detail.id, { class: "button", "aria-label": "Close the message", id: "close-message" }, "\u2715"))),
    cites(detail, row), way(detail, row), 
    own.length ? [el("h3", {}, "Agreement"), fields(own, { octets, open: /^security-/i, other: differing(detail, row) })] : (row.lists || []).map(parsed),
    el("h3", {}, "Message"), raw(text?.lines, row),
    rows.length ? el("details", {}, el("summary", {}, "All fields"), fields(text.tree[6], { octets, open: /^(request|status)-line|message header/i })) : null);
}
