// Elements from plain values. Text goes in as text nodes alone: nothing of a capture is markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return node;
}

// An element: el("p", { class: "x", onclick: f }, "text", node, [more]).
export function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same for SVG.
export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

// A link to a place of this page.
export function link(place, attributes, ...children) {
  return el("a", { href: `#${place}`, ...attributes }, ...children);
}

// Put these in place of what a node holds.
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((one) => one));
}

// A section with a heading.
export function card(title, attributes, ...children) {
  const heading = el("h2", {}, title);
  return el("section", { ...attributes, class: `card ${attributes?.class || ""}`.trim() }, heading, ...children);
}

// Text told by the capture: one that cannot reorder what stands beside it.
export function data(text, attributes) {
  return el("bdi", attributes || {}, String(text));
}

// Say it to a screen reader.
export function say(text) {
  document.getElementById("status").textContent = text;
}
