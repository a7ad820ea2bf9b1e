// Makes elements. Text is set as text and never read as markup.
function make(tag, settings, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// A mark and a word: never colour alone.
function pill(state) {
  return make("span", { class: "state " + state }, mark(), sayState(state));
}
const mark = () => make("span", { class: "mark", "aria-hidden": "true" });

// Shows many things a part at a time: the next part is made when the end comes near.
function inParts(list, things, show, part) {
  let at = 0;
  const more = () => {
    list.append(...things.slice(at, at + part).map(show));
    at += part;
    watcher.disconnect();
    if (at < things.length) watcher.observe(list.lastElementChild);
  };
  const watcher = new IntersectionObserver(
    (seen) => seen.some((one) => one.isIntersecting) && more(),
    { rootMargin: "1500px" },
  );
  list.replaceChildren();
  if (things.length) more();
  return {
    until: (index) => {
      while (at <= index && at < things.length) more();
    },
    stop: () => watcher.disconnect(),
  };
}
