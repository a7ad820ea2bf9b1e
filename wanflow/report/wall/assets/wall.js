// The wall: the final picture of every row that is asked for, in three sizes.
function createWall({ rows, decided, open }) {
  const list = byId("wall");
  const tiles = new Map();
  for (const tile of [...list.children]) {
    const row = rows[Number(tile.id.slice(1))];
    tiles.set(row, tile);
    row.inline = tile.querySelector("img")?.src;
  }
  const worn = new Map(); // which order each tile tells the number of
  let parts = null;
  let shown = [];
  let sortedBy = "table";

  function created(row) {
    return make(
      "li",
      { id: "r" + row.at, class: "tile " + row.state },
      make(
        "article",
        {},
        make("span", { class: "view" }),
        make("h3", { text: row.key }),
        make("p", { class: "state " + row.state }, mark(), make("span")),
      ),
    );
  }
  function tile(row) {
    if (!tiles.has(row)) tiles.set(row, created(row));
    const element = tiles.get(row);
    if (worn.get(row) !== sortedBy) dress(row, element);
    return element;
  }
  // What changes: the picked picture, the marks of the review, the language.
  function dress(row, element = tiles.get(row)) {
    if (!element) return;
    worn.set(row, sortedBy);
    const marks = decided(row);
    const picture = marks.picked || (row.final && row.pictures[row.final[1]]);
    const view = element.querySelector(".view");
    const halted = !row.ended && picture;
    const link = make("a", { href: picture?.file && !picture.lack ? picture.file : "#r" + row.at });
    const old = view.querySelector("a img");
    if (old && picture && !picture.lack && old.getAttribute("src") === source(row, picture)) {
      old.alt = altText(row, picture);
    } else {
      link.append(picture ? image(row, picture) : lackBox(emptyWords(row)));
      view.replaceChildren(link);
    }
    view.querySelector("a").tabIndex = -1;
    for (const old of all(".marks, .halted", view)) old.remove();
    if (halted) view.append(make("span", { class: "halted" }, emptyWords(row)));
    if (marks.texts.length) {
      const badge = make("span", { class: "marks " + marks.kind });
      badge.append(...marks.texts.map(([kind, text]) => make("span", { class: kind, text })));
      view.append(badge);
    }
    const state = element.querySelector(".state");
    const figure = sortedFigure(row, sortedBy);
    state.replaceChildren(mark(), sayState(row.state), figure ? make("span", { class: "figure", text: figure }) : "");
    element.classList.toggle("rejected", marks.kind === "rejected");
    element.classList.toggle("picked", marks.kind === "picked");
  }
  function show(selected, { size, sort }) {
    sortedBy = sort;
    parts?.stop();
    shown = selected;
    list.className = "wall size-" + size;
    parts = inParts(list, selected, tile, rows.length > 500 ? 120 : 500);
    if (matchMedia("print").matches) parts.until(shown.length);
  }
  function element(row) {
    parts?.until(shown.indexOf(row));
    return tiles.get(row);
  }
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(rows[Number(link.closest(".tile").id.slice(1))]);
  });
  return {
    show,
    dress,
    element,
    link: (row) => element(row)?.querySelector("a"),
    relabel: () => tiles.forEach((_, row) => dress(row)),
    hide: () => parts?.stop(),
    across: () => getComputedStyle(list).gridTemplateColumns.split(" ").length,
  };
}
// The number that the rows are sorted by.
function sortedFigure(row, sort) {
  const known = (value, unit) => (value === undefined ? "" : `${round(value)} ${unit}`);
  const figures = {
    drift: () => known(row.drift, "px"),
    kept: () => known(row.kept, "%"),
    price: () => money(row.cost, currency),
    time: () => duration(row.seconds),
  };
  return Object.hasOwn(figures, sort) ? figures[sort]() : "";
}
function emptyWords(row) {
  if (row.fallen) return `${row.fallen.key}: ${row.fallen.code || sayState(row.fallen.state)}`;
  if (row.problem) return row.problem;
  if (!row.steps.length) return say("not_begun");
  return row.state === "running" ? sayState("running") : say("no_picture");
}
