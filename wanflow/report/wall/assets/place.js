// Where a reader is: view, filters, order and row, kept in the address of the page.
const PLAIN = { view: "wall", size: "m", mark: "all", sort: "table", q: "", row: "", problem: "", x: "", y: "" };

function readPlace(rows) {
  const hash = location.hash.slice(1);
  const place = { ...PLAIN, state: [], where: {} };
  const anchor = /^r(\d+)$/.exec(hash);
  if (anchor) {
    place.row = rows[Number(anchor[1])]?.key || "";
    return place;
  }
  for (const [name, value] of new URLSearchParams(hash)) {
    if (name === "state") place.state = value.split(",");
    else if (name.startsWith("where.")) place.where[name.slice(6)] = value;
    else if (Object.hasOwn(PLAIN, name)) place[name] = value;
  }
  return place;
}

function writePlace(place) {
  const said = new URLSearchParams();
  for (const name of Object.keys(PLAIN)) {
    if (place[name] !== PLAIN[name]) said.set(name, place[name]);
  }
  if (place.state.length) said.set("state", place.state.join(","));
  for (const [name, value] of Object.entries(place.where)) said.set("where." + name, value);
  const hash = String(said) ? "#" + said : location.pathname.split("/").pop();
  if (location.hash.slice(1) !== String(said)) history.replaceState(null, "", hash);
}
