// The matrix: two variables across and down, the others held fast.
const MOST_VALUES = 40;
const MOST_HELD = 12;

function createMatrix({ rows, variables, ofMatrix, open, decided, changed }) {
  const box = byId("matrix");
  const valuesOf = variables.map((_, at) => [...new Set(rows.map((row) => row.given[at]).filter((value) => value !== null))]);
  const axes = variables.map((_, at) => at).filter((at) => valuesOf[at].length > 1);
  // An axis with few values is the better start; what the matrix of the campaign names comes first.
  const byFewest = [...axes].sort(
    (one, other) => (other < ofMatrix) - (one < ofMatrix) || valuesOf[one].length - valuesOf[other].length,
  );
  const chosen = (name, at) => {
    const wished = variables.indexOf(name);
    return axes.includes(wished) ? wished : byFewest[at];
  };

  let numbers = 0;
  function chooser(label, value, options, change) {
    const id = "axis-" + (numbers += 1);
    const select = make("select", { id, onchange: () => change(select.value) },
      options.map(([key, text]) => make("option", { value: key, text, selected: key === value })));
    return make("span", { class: "choice" }, make("label", { for: id, text: label }), select);
  }
  function cell(found, shown, place, values) {
    if (!found.length) return make("td", { class: "empty" }, make("span", { text: say("none_of_it") }));
    const visible = found.filter((row) => shown.has(row));
    if (!visible.length) return make("td", { class: "empty" }, make("span", { text: say("filtered_out") }));
    const row = visible[0];
    const marks = decided(row);
    const picture = marks.picked || (row.final && row.pictures[row.final[1]]);
    const link = make(
      "a",
      { href: "#r" + row.at, "data-at": row.at, class: marks.kind, title: row.key },
      picture ? image(row, picture) : lackBox(emptyWords(row)),
      make("span", { class: "cell-key" }, make("span", { class: "state bare " + row.state }, mark(), make("span", { class: "unseen", text: sayState(row.state) })), row.key),
    );
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(row);
    });
    const more = visible.length > 1
      ? make("button", { type: "button", class: "more", text: say("more_in_cell", { count: visible.length - 1 }),
          onclick: () => changed({ view: "wall", where: { ...place.where, ...values } }) })
      : null;
    return make("td", {}, link, more);
  }
  function table(selected, place, x, y, held) {
    const shown = new Set(selected);
    const fits = (row) => held.every(([at, value]) => row.given[at] === value);
    const byPlace = new Map();
    for (const row of rows) {
      if (!fits(row)) continue;
      const key = JSON.stringify([row.given[x], row.given[y]]);
      if (!byPlace.has(key)) byPlace.set(key, []);
      byPlace.get(key).push(row);
    }
    // A filter narrows the axes too: a value without a row that is shown has no line.
    const used = (at) => {
      const there = new Set(selected.filter(fits).map((row) => row.given[at]));
      return valuesOf[at].filter((value) => there.has(value));
    };
    const [across, down] = [used(x), used(y)];
    const cut = across.length > MOST_VALUES || down.length > MOST_VALUES;
    const head = make("tr", {}, make("td", { class: "corner" }),
      across.slice(0, MOST_VALUES).map((value) => make("th", { scope: "col", text: value })));
    const lines = down.slice(0, MOST_VALUES).map((other) =>
      make("tr", {}, make("th", { scope: "row", text: other }),
        across.slice(0, MOST_VALUES).map((value) => cell(byPlace.get(JSON.stringify([value, other])) || [], shown, place, { [variables[x]]: value, [variables[y]]: other }))));
    const caption = say("matrix_caption", { x: variables[x], y: variables[y] });
    return [
      cut ? make("p", { class: "quiet", text: say("more_values", { count: MOST_VALUES }) }) : null,
      make("div", { class: "wide-table", tabindex: "0", role: "group", "aria-label": caption },
        make("table", {}, make("caption", { class: "unseen", text: caption }), make("thead", {}, head), make("tbody", {}, lines))),
    ];
  }
  function show(selected, place) {
    if (axes.length < 2) {
      box.replaceChildren(make("p", { class: "nothing", text: say("one_variable") }));
      return;
    }
    numbers = 0;
    const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
    const x = chosen(place.x, 0);
    let y = chosen(place.y, 1);
    if (y === x) y = byFewest.find((at) => at !== x);
    const names = axes.map((at) => [variables[at], variables[at]]);
    const rest = axes.filter((at) => at !== x && at !== y && valuesOf[at].length <= MOST_HELD);
    const held = rest
      .filter((at) => valuesOf[at].includes(place.where[variables[at]]))
      .map((at) => [at, place.where[variables[at]]]);
    box.replaceChildren(
      make("div", { class: "axes" },
        chooser(say("down"), variables[y], names, (name) => changed({ y: name, x: name === variables[x] ? variables[y] : variables[x] })),
        chooser(say("across"), variables[x], names, (name) => changed({ x: name, y: name === variables[y] ? variables[x] : variables[y] })),
        rest.map((at) =>
          chooser(variables[at], place.where[variables[at]] ?? "", [["", say("any")], ...valuesOf[at].map((value) => [value, value])], (value) => {
            const where = { ...place.where, [variables[at]]: value };
            if (!value) delete where[variables[at]];
            changed({ where });
          }))),
      ...table(selected, place, x, y, held).filter(Boolean),
    );
    if (focused) byId(focused)?.focus();
  }
  return {
    show,
    hide: () => box.replaceChildren(),
    link: (row) => box.querySelector(`a[data-at="${row.at}"]`),
  };
}
