// Elements of this page.
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
