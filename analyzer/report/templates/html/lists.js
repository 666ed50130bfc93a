// Security-* lists: parameter by parameter, and two of them side by side.

import { card, data, el } from "./dom.js";
import { number } from "./text.js";

const LEVELS = { identical: "identical", equivalent: "equivalent", "default-equal": "equal by defaults", different: "different" };

// Name and value of each parameter of an element; a quoted value may hold a `;`.
export function parameters(raw) {
  const parts = raw.match(/(?:"(?:\\.|[^"\\])*"?|[^;"])+/g) || [];
  return parts.map((part, at) => {
    const cut = part.indexOf("=");
    if (!at || cut < 0) return [at ? part.trim() : "mechanism", at ? "" : part.trim()];
    return [part.slice(0, cut).trim(), part.slice(cut + 1).trim()];
  });
}

// The elements of one header.
export function parsed([name, elements]) {
  return el("div", { class: "list" }, el("h3", {}, name),
    elements.map(([raw, defects], at) => el("table", { class: "params" },
      elements.length > 1 ? el("caption", {}, `element ${at + 1} of ${elements.length}`) : null,
      el("tbody", {}, parameters(raw).map(([key, value]) =>
        el("tr", {}, el("th", { scope: "row" }, data(key)), el("td", {}, data(number(key, value)))))),
      defects.length ? el("tfoot", {}, el("tr", {}, el("td", { colspan: 2, class: "defect" }, "defects: ", data(defects.join(", "))))) : null)));
}

export function differs([, left, right]) {
  return left.toLowerCase() !== right.toLowerCase();
}

function row(entry) {
  const [name, left, right] = entry;
  const other = differs(entry);
  const cell = (value) => el("td", {}, other ? el("strong", {}, data(number(name, value))) : data(number(name, value)));
  return el("tr", { class: other ? "differs" : "equal" },
    el("th", { scope: "row" }, data(name)), cell(left), cell(right),
    el("td", { class: "mark" }, other ? el("span", {}, "\u2260 differs") : el("span", {}, "= equal")));
}

// Verify against Server, all elements.
export function comparison(found) {
  const level = `${LEVELS[found.level]} (${found.code})${found.kind ? `, ${found.kind}` : ""}`;
  return card("Security-Verify against Security-Server", { class: "compare", id: "compare" },
    el("p", { class: `level ${found.level}` }, "Level: ", el("strong", {}, level), found.edit ? [". Edit: ", data(found.edit)] : null),
    found.elements.map((one, at) => el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Element ${at + 1}, ${one.name}` },
      el("table", { class: "sides" },
        el("caption", {}, `Element ${at + 1} of ${found.elements.length}`, one.missing ? ": in one list only" : ""),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "parameter"), el("th", { scope: "col" }, `Server ${found.server}`), el("th", { scope: "col" }, `Verify ${found.verify}`), el("th", { scope: "col" }, "compared"))),
        el("tbody", {}, one.rows.map(row))))));
}
