document.documentElement.classList.add("js");

function tools() {
  const root = document.documentElement;
  const [theme, switcher] = [byId("theme"), byId("language")];
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "")) === "dark";
  const chosen = remembered("theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remember("theme", root.dataset.theme);
  });
  switcher.addEventListener("click", () => {
    speak(language === "zh" ? "en" : "zh");
    remember("language", language);
  });
  theme.hidden = switcher.hidden = false;
  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(byId(button.dataset.copy).textContent);
      } catch {
        getSelection().selectAllChildren(byId(button.dataset.copy));
        document.execCommand("copy");
      }
      announce(say("copied"));
    });
  }
}

document.addEventListener("DOMContentLoaded", async () => {
  if (!("DecompressionStream" in window)) return; // the plain page stays as it is
  const data = await unpacked(JSON.parse(byId("data").textContent));
  ({ words, states, checks, reasons, currency } = data);
  language = data.language;
  thumbFile = data.thumb;
  inputsAreSmall = data.inputs_small;
  const rows = data.rows.map((row, at) => wholeRow(row, at, data.variables));
  start(data, rows);
});

function start(data, rows) {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  let place = readPlace(rows);
  let selected = rows;
  let focused = null; // the row that keys mean while no panel is open
  const thing = (row) => ({
    id: row.raw ?? row.key,
    row: row.raw ?? row.key,
    step: row.judged?.key ?? "",
    name: row.key,
    choices: row.choices.filter((picture) => !picture.lack).map((picture) => picture.sha256),
  });
  const things = rows.map(thing);
  const thingOf = (row) => things[row.at];
  const rowOf = (one) => rows[things.indexOf(one)];

  const review = createReview({
    run: data.run,
    things,
    bar: byId("review"),
    page: { make, say, announce, remembered, remember },
    go: (one) => {
      show(rowOf(one));
      return panel.element;
    },
    next: (one, fits) => onward(one && rowOf(one), fits),
    changed: (one) => {
      if (one) redress(rowOf(one));
      else {
        views.wall.relabel();
        draw();
      }
    },
    rows: (of) => [
      ["row", ...data.variables, "state", "decision", "picture", "sha256", "stars", "note", "cost"],
      ...rows.map((row) => {
        const one = of(thingOf(row));
        const picture = row.choices.find((choice) => choice.sha256 === one.pick);
        const decision = one.pick ? "pick" : one.reject ? "reject" : "";
        return [row.key, ...row.given, row.state, decision, picture?.file, picture?.sha256, one.stars || "", one.note, (row.cost / 1e6).toFixed(2)];
      }),
    ],
  });
  function decided(row) {
    const one = review.of(thingOf(row));
    const at = row.choices.findIndex((picture) => picture.sha256 === one.pick);
    const texts = [];
    if (at >= 0) texts.push(["is-picked", "✓ " + (row.choices.length > 1 ? at + 1 : say("mark_picked"))]);
    if (one.reject) texts.push(["is-rejected", "✕ " + say("mark_rejected")]);
    if (one.stars) texts.push(["is-starred", "★" + one.stars]);
    if (one.note) texts.push(["is-noted", "✎"]);
    return { picked: row.choices[at], kind: at >= 0 ? "picked" : one.reject ? "rejected" : "", texts };
  }
  const open = (row) => show(row);
  const views = {
    wall: createWall({ rows, decided, open }),
    rows: createLines({ open, decided }),
    matrix: createMatrix({ rows, variables: data.variables, ofMatrix: data.of_matrix, open, decided, changed: (change) => go(change) }),
  };
  const boxes = { wall: byId("wall"), rows: byId("lines"), matrix: byId("matrix") };
  const panel = createPanel({
    rows,
    variables: data.variables,
    review,
    thingOf,
    where: (row) => ({ at: selected.indexOf(row), count: selected.length }),
    move: (by) => move(by),
    close: () => close(),
  });
  const bar = createBar({ place: () => place, go, rows, review, thingOf });

  function go(change) {
    place = { ...place, ...change };
    draw();
  }
  function draw() {
    selected = selection(rows, place, data.variables, (row, mark) => (mark === "odd" ? row.odd === true : review.has(thingOf(row), mark)));
    if (!Object.hasOwn(views, place.view)) place.view = "wall";
    for (const [name, view] of Object.entries(views)) {
      boxes[name].hidden = name !== place.view;
      if (name !== place.view) view.hide();
    }
    if (place.view === "matrix") views.matrix.show(selected, place);
    else views[place.view].show(selected, place);
    byId("nothing").hidden = selected.length > 0 || !rows.length;
    byId("nothing").textContent = say("nothing_shown", { total: count(rows.length) });
    bar.draw(selected.length);
    if (focused && !selected.includes(focused)) focused = null;
    settle();
    writePlace(place);
  }
  // One stop for the tab key in the whole wall: the row that keys mean.
  function settle() {
    for (const link of all("#wall a[tabindex='0']")) link.tabIndex = -1;
    const row = byKey.get(place.row) || focused || selected[0];
    if (place.view === "wall" && row) {
      const link = views.wall.link(row);
      if (link) link.tabIndex = 0;
    }
    for (const tile of all(".tile.current")) tile.classList.remove("current");
    const shown = byKey.get(place.row);
    if (shown) views.wall.element(shown)?.classList.add("current");
  }
  function show(row, settings = {}) {
    if (!row) return;
    const fresh = !place.row;
    place.row = row.key;
    document.documentElement.classList.add("with-panel");
    panel.show(row, { fresh, ...settings });
    settle();
    writePlace(place);
    // On a narrow page the panel takes the place of the rows.
    const narrow = getComputedStyle(panel.element).position === "static";
    const link = views[place.view].link(row);
    (narrow ? panel.element : link?.closest("li, article, td"))?.scrollIntoView({ block: narrow ? "start" : "nearest" });
    const marks = decided(row).texts.map((pair) => pair[1]).join(" ");
    announce(`${say("at_row", { at: selected.indexOf(row) + 1, count: selected.length })}, ${row.key} ${marks}`);
  }
  function close() {
    const row = byKey.get(place.row);
    if (!row) return false;
    place.row = "";
    panel.hide();
    document.documentElement.classList.remove("with-panel");
    focused = row;
    writePlace(place);
    settle();
    focus(row);
    return true;
  }
  function focus(row) {
    focused = row;
    settle();
    const link = views[place.view].link(row);
    (link?.closest("li, article, td") || link)?.scrollIntoView({ block: "nearest" });
    link?.focus({ preventScroll: true });
  }
  // Walks the rows that are shown; says whether there was one to go to.
  function move(by) {
    const row = byKey.get(place.row) || focused;
    const at = selected.indexOf(row);
    const next = selected[at < 0 ? 0 : Math.min(selected.length - 1, Math.max(0, at + by))];
    if (!next) return false;
    if (next !== row) place.row ? show(next) : focus(next);
    return true;
  }
  // To the row after one, or to the next that fits.
  function onward(row, fits) {
    const from = row || byKey.get(place.row) || focused;
    const at = selected.indexOf(from);
    const order = [...selected.slice(at + 1), ...(fits ? selected.slice(0, at + 1) : [])];
    const next = fits ? order.find((one) => fits(thingOf(one))) : order[0];
    if (!next) return null;
    if (place.row || fits) show(next);
    else focus(next);
    return next;
  }
  function redress(row) {
    views.wall.dress(row);
    if (place.view === "rows") views.rows.dress(row);
    if (place.view === "matrix") views.matrix.show(selected, place);
    if (place.row === row.key) panel.redress(row);
    bar.counts();
    settle();
  }
  byId("wall").addEventListener("focusin", (event) => {
    const tile = event.target.closest(".tile");
    if (!tile || place.row) return;
    focused = rows[Number(tile.id.slice(1))];
  });
  for (const button of all("[data-problem]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      go({ ...cleared(), problem: button.dataset.problem });
      bar.element.scrollIntoView({ block: "start" });
    });
  }
  for (const link of all(".problems a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(rows[Number(link.hash.slice(2))]);
      byId("panel").scrollIntoView({ block: "nearest" });
    });
  }
  addEventListener("hashchange", () => {
    place = readPlace(rows);
    arrive();
  });
  function arrive() {
    const wished = byKey.get(place.row);
    place.row = "";
    panel.hide();
    draw();
    if (wished) show(wished);
  }
  listenToKeys({
    current: () => byKey.get(place.row) || (document.activeElement?.closest("#stand") ? focused : null),
    move,
    across: () => (place.view === "wall" ? views.wall.across() : 1),
    close,
    review,
    thingOf,
  });
  // Paper always shows the wall, of the rows that are asked for.
  addEventListener("beforeprint", () => views.wall.show(selected, place));
  addEventListener("afterprint", draw);
  spoken.push(() => {
    review.relabel();
    bar.relabel();
    views.wall.relabel();
    draw();
    const row = byKey.get(place.row);
    if (row) panel.show(row);
  });
  tools();
  byId("review").hidden = byId("bar").hidden = false;
  const wished = remembered("language") || (navigator.language || "").slice(0, 2);
  speak(wished === "zh" || wished === "en" ? wished : "en");
  arrive();
}
