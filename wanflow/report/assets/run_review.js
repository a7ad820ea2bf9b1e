// The review of one run: every step that has made pictures is decided on beside them.
function reviewRun({ run, things }) {
  const places = new Map();
  let current = things[0];

  function settle(thing) {
    for (const one of things) byId(one.at).classList.toggle("current-step", one === thing);
    current = thing;
  }
  function go(thing) {
    settle(thing);
    const heading = byId(thing.at).querySelector("h3");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    byId(thing.at).scrollIntoView({ block: "nearest" });
    announce(`${say("steps")}: ${thing.name}`);
    return byId(thing.at);
  }
  function next(thing, fits = () => true) {
    const at = things.indexOf(thing || current);
    const order = [...things.slice(at + 1), ...(thing ? [] : things.slice(0, at + 1))];
    const found = order.find(fits);
    if (found) go(found);
    return found || null;
  }
  const page = { make, say, announce, remembered, remember };
  const review = createReview({ run, things, bar: byId("review"), page, go, next, changed });
  function draw(thing) {
    const old = places.get(thing);
    if (old?.querySelector("input") === document.activeElement) return;
    const focused = old ? [...old.children].indexOf(document.activeElement) : -1;
    const fresh = review.controls(thing);
    if (old) old.replaceWith(fresh);
    else (byId(thing.at).querySelector(".seen") || byId(thing.at)).append(fresh);
    places.set(thing, fresh);
    if (focused >= 0) fresh.children[focused]?.focus();
  }
  function changed(thing) {
    for (const one of thing ? [thing] : things) draw(one);
  }
  for (const thing of things) {
    draw(thing);
    byId(thing.at).addEventListener("focusin", () => settle(thing));
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !keysWanted() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea, .zoomed, [tabindex='0'], summary")) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) {
      review.key(event, current);
      return;
    }
    const beside = things[things.indexOf(current) + step];
    if (!beside) return;
    event.preventDefault();
    go(beside);
  });
  spoken.push(() => {
    review.relabel();
    changed(null);
  });
  byId("review").hidden = false;
}
