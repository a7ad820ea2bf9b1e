// The page of one run: a stage for every step, one light, one set of keys.
root.classList.add("js");
// Not among them: x, s and n, which decide, and m, o and w, which do something with the pair shown.
const LETTERS = "abcdefghijklpqrtuvyz";

function startRun(data) {
  words = data.words;
  const inTongue = (pair) => (tongue() === "zh" ? pair[1] : pair[0]);
  const pictures = data.pictures.map((one, at) => ({
    ...one,
    letter: LETTERS[at] || "",
    src: byId(one.id).src,
    get label() { return inTongue(one.name); },
    get alt() { return inTongue(one.said); },
  }));
  const byKey = new Map(pictures.map((picture) => [picture.id, picture]));
  const light = createLight(pictures.filter((picture) => picture.href));
  const heats = new Map(data.heats.map((one) => [byKey.get(one.after), {
    against: byKey.get(one.before), src: one.src, told: () => say("heat_told", one),
  }]));
  const factsOf = (picture) => [...data.shared[picture.step] || [], ...picture.facts]
    .map(([name, value, reads]) => [inTongue(name), inTongue(value), reads]);
  const tables = new Map();

  function lay(place) {
    const differs = createDiffers(factsOf);
    const article = place.closest("article");
    const stage = createCompare({
      pictures,
      before: byKey.get(place.dataset.before),
      after: byKey.get(place.dataset.after),
      heatOf: (picture) => heats.get(picture) || null,
      changed: (one, other) => {
        differs.show(one, other);
        for (const frame of all(".picture[data-picture]", article)) {
          frame.classList.toggle("is-before", frame.dataset.picture === one.id);
          frame.classList.toggle("is-after", frame.dataset.picture === other.id);
        }
      },
    });
    place.append(stage.element, differs.element);
    tables.set(article, stage);
    for (const button of all("button.use", article)) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const [one, other] = stage.shown();
        const picture = byKey.get(button.dataset.picture);
        if (button.dataset.use === "before") stage.show(picture, other);
        else stage.show(one, picture);
        place.scrollIntoView({ block: "nearest" });
      });
    }
    for (const badge of all(".badge[data-heat]", article)) {
      const after = byKey.get(badge.dataset.heat);
      if (!heats.has(after)) continue;
      badge.replaceWith(make("button", { type: "button", class: "badge", onclick: () => {
        stage.show(heats.get(after).against, after);
        stage.turn("heat");
        place.scrollIntoView({ block: "nearest" });
      } }, ...badge.childNodes));
    }
  }
  // The stage that one is at, or the one nearest to the middle of the window.
  function current() {
    const at = tables.get(document.activeElement.closest("article"));
    const off = (stage) => {
      const box = stage.element.getBoundingClientRect();
      return Math.abs((box.top + box.bottom) / 2 - innerHeight / 2);
    };
    return at || [...tables.values()].sort((one, other) => off(one) - off(other))[0];
  }
  function act(key) {
    const stage = current();
    if (!stage) return false;
    const picture = key.length === 1 && pictures.find((one) => one.letter === key);
    if (picture) {
      stage.push(picture);
      stage.element.scrollIntoView({ block: "nearest" });
      const [one, other] = stage.shown();
      announce(say("now_shown", { before: one.label, after: other.label }));
    } else if (key === "m") announce(say(stage.next()));
    else if (key === "w") stage.swap();
    else if (key === "+" || key === "=") stage.zoom.step(1);
    else if (key === "-") stage.zoom.step(-1);
    else if (key === "0") stage.zoom.set(1);
    else if (key === "o") light(stage.shown()[1]);
    else return false;
    return true;
  }

  for (const frame of all(".picture[data-picture]")) {
    const picture = byKey.get(frame.dataset.picture);
    if (picture?.letter) frame.querySelector("figcaption").prepend(make("kbd", { text: picture.letter, "aria-hidden": "true" }));
  }
  for (const link of all("a.view[data-light]")) {
    const picture = byKey.get(link.dataset.light);
    if (!picture?.href) continue;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      light(picture);
    });
  }
  for (const place of all(".table")) lay(place);
  copying();
  createKeys(byId("keys"), act);
  if (data.review.things.length) reviewRun(data.review);
  chooseTheme(byId("theme"));
  chooseLanguage(byId("language"));
}
document.addEventListener("DOMContentLoaded", () => startRun(JSON.parse(byId("data").textContent)));
