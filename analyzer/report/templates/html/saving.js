// A drawing as a file of its own: SVG, or PNG at twice the size.

import { el, svg } from "./dom.js";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "opacity"];

// A copy that needs no style sheet.
function alone(drawing) {
  const root = document.documentElement;
  const theme = root.dataset.theme;
  root.dataset.theme = "light"; // a drawing that is handed on stands on white
  const copy = drawing.cloneNode(true);
  const from = [drawing, ...drawing.querySelectorAll("*")];
  const to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((node, at) => {
    const style = getComputedStyle(node);
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) to[at].setAttribute(name, value);
    }
    to[at].removeAttribute("class");
    to[at].removeAttribute("href");
  });
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.prepend(svg("rect", { width: "100%", height: "100%", fill: "#fff" }));
  return copy;
}

export function svgText(drawing) {
  return new XMLSerializer().serializeToString(alone(drawing));
}

function offer(blob, name) {
  const place = URL.createObjectURL(blob);
  const anchor = el("a", { href: place, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(place), 1000);
}

async function png(drawing) {
  const image = new Image();
  const place = URL.createObjectURL(new Blob([svgText(drawing)], { type: "image/svg+xml" }));
  image.src = place;
  await image.decode();
  const canvas = el("canvas", {});
  canvas.width = drawing.width.baseVal.value * 2;
  canvas.height = drawing.height.baseVal.value * 2;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(place);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// Buttons that save what `drawing()` gives under a name.
export function saveButtons(drawing, name) {
  const asSvg = el("button", { type: "button", class: "quiet", "aria-label": "Save the ladder as SVG" }, "SVG");
  asSvg.addEventListener("click", () => offer(new Blob([svgText(drawing())], { type: "image/svg+xml" }), `${name}.svg`));
  const asPng = el("button", { type: "button", class: "quiet", "aria-label": "Save the ladder as PNG" }, "PNG");
  asPng.addEventListener("click", async () => offer(await png(drawing()), `${name}.png`));
  return el("span", { class: "save" }, "Save ", asSvg, " ", asPng);
}
