// Fields of a message with the octets that they were read from, as Wireshark shows them.

import { data, el } from "./dom.js";
import { clip } from "./text.js";

const BRIEF = 56; // characters of a field whose parts stand below it
const LEAVES = 5; // more fields than these without any below stand in columns

// The header rows of a message.
export function rowsOf(tree) {
  return (tree[6] || []).filter((node) => node[0] === "Message Header").flatMap((node) => node[6] || []);
}

function place([, , start, length], options) {
  if (!options.octets || start === undefined || !length) return null;
  return el("span", { class: "octets", title: "octets of the message" }, ` ${start}\u2013${start + length - 1}`);
}

function words(node, options) {
  const [name, text, , , note, defects] = node;
  const other = options.other?.has(`${name}=${text}`.toLowerCase());
  const value = text ? data(node[6]?.length ? clip(text, BRIEF) : text) : null;
  return [
    el("span", { class: "field" }, data(name), value ? ": " : ""), other ? el("strong", { class: "other" }, value) : value,
    note ? el("span", { class: "muted" }, " ", data(note)) : null,
    defects?.length ? el("span", { class: "defect" }, " defects: ", data(defects.join(", "))) : null, place(node, options),
  ];
}

function item(node, options, deep) {
  const below = node[6] || [];
  if (!below.length) return el("li", {}, words(node, options));
  return el("li", {}, el("details", { open: deep || options.open.test(node[0]) }, el("summary", {}, words(node, options)), fields(below, options, true)));
}

export function fields(nodes, options, deep = false) {
  const flat = nodes.length > LEAVES && nodes.every((node) => !(node[6] || []).length);
  return el("ul", { class: `tree${flat ? " flat" : ""}` }, nodes.map((node) => item(node, options, deep)));
}
