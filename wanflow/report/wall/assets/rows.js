// The rows: unpacking them, finding among them, putting them in order.
async function unpacked(text) {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < packed.length; at += 1) bytes[at] = packed.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

const FALLEN = ["failed", "unfinished", "undecided"];

// Lists and numbers that are empty are left out of the page: put them back, and what is derived.
function wholeRow(row, at, variables) {
  row.at = at;
  row.given = variables.map((_, place) => row.given?.[place] ?? null);
  for (const name of ["inputs", "steps", "pictures", "given_inputs"]) row[name] ||= [];
  for (const step of row.steps) {
    for (const name of ["images", "made", "checks", "notes", "mended", "prompt", "template"]) step[name] ||= [];
    for (const name of ["rewritten", "arguments", "parameters"]) step[name] ||= [];
  }
  row.cost ||= 0;
  row.seconds ||= 0;
  row.judged = row.final ? row.steps[row.final[0]] : null;
  // Only what a row ends with is chosen from: not what an earlier step made before one failed.
  row.ended = ["done", "reused", "waiting"].includes(row.state) || FALLEN.includes(row.judged?.state);
  row.choices = row.judged && row.ended ? row.judged.made.map((place) => row.pictures[place]) : [];
  row.fallen = row.steps.find((step) => FALLEN.includes(step.state));
  const texts = [row.key, ...row.given, ...row.given_inputs.map((pair) => pair[1]), row.problem];
  for (const step of row.steps) texts.push(step.prompt.join(""), step.error, step.negative);
  row.text = texts.filter(Boolean).join("\n").toLowerCase();
  return row;
}

const ORDERS = {
  drift: (one, other) => (other.drift ?? -1) - (one.drift ?? -1),
  kept: (one, other) => (one.kept ?? 1000) - (other.kept ?? 1000),
  price: (one, other) => other.cost - one.cost,
  time: (one, other) => other.seconds - one.seconds,
};
const natural = new Intl.Collator(undefined, { numeric: true });

// The rows that fit a place, in its order. `marked` says whether a row has a mark of the review.
function selection(rows, place, variables, marked) {
  const held = Object.entries(place.where).map(([name, value]) => [variables.indexOf(name), value]);
  const asked = place.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter(
    (row) =>
      (!place.state.length || place.state.includes(row.state)) &&
      (!place.problem || row.problem === place.problem) &&
      held.every(([at, value]) => row.given[at] === value) &&
      (place.mark === "all" || marked(row, place.mark)) &&
      asked.every((word) => row.text.includes(word)),
  );
  if (place.sort === "key") return found.sort((one, other) => natural.compare(one.key, other.key));
  return Object.hasOwn(ORDERS, place.sort) ? found.sort(ORDERS[place.sort]) : found;
}
