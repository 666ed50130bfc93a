// The data of the page: JSON, deflated, in base64, opened when it is looked at.

const KEPT = 24; // opened blocks that are held
const opened = new Map();

export async function unpack(id) {
  const node = document.getElementById(id);
  if (!node) return null;
  const octets = Uint8Array.from(atob(node.textContent.trim()), (one) => one.charCodeAt(0));
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

async function block(id) {
  if (!opened.has(id)) opened.set(id, unpack(id));
  const found = await opened.get(id);
  if (opened.size > KEPT) opened.delete(opened.keys().next().value);
  return found;
}

// Which of the blocks holds the value at `place`, where `starts` are the first places of each.
function holder(starts, place) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

// All of the exchange at a place of the index.
export async function exchangeAt(index, place) {
  const number = holder(index.exchanges, place);
  return (await block(`exchanges-${number}`))[place - index.exchanges[number]];
}

// The lines of each of its messages; null where the page does not hold them.
export async function textsOf(index, place) {
  const at = index.placed[place];
  if (at < 0 || !index.texts.length) return null;
  const number = holder(index.texts, at);
  return (await block(`texts-${number}`))[at - index.texts[number]];
}
