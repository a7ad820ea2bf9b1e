// Where the copies of a row's pictures are, and what to say where there are none.
let thumbFile = "";
let inputsAreSmall = true;

function source(row, picture) {
  const final = row.final && row.pictures[row.final[1]];
  if (picture === final && row.inline) return row.inline;
  if (picture === final || (inputsAreSmall && !picture.step)) return "./" + thumbFile.replace("*", picture.sha256.slice(0, 20));
  return picture.file;
}
function pictureName(picture, row) {
  if (!picture.step) return picture.name;
  const made = row.steps.find((step) => step.key === picture.step)?.made.length || 1;
  return made > 1 ? `${picture.step} ${picture.index}/${made}` : picture.step;
}
function altText(row, picture) {
  if (!picture.step) return say("alt_input", { key: row.key, name: picture.name });
  const step = row.steps.find((one) => one.key === picture.step);
  return say("alt", {
    key: row.key,
    step: picture.step,
    at: picture.index || 1,
    count: step?.made.length || 1,
    operation: step?.operation || "",
  });
}
const lackText = (picture) =>
  say(picture.lack || "missing", { file: decodeURI((picture.file || "").replace(/^\.\//, "")) });
const lackBox = (text) => make("span", { class: "lack" }, make("span", { text }));

// A picture, or a box that says why there is none: also when its file has gone since.
function image(row, picture, settings = {}) {
  if (picture.lack) return lackBox(lackText(picture));
  const shown = make("img", {
    src: source(row, picture),
    width: picture.width,
    height: picture.height,
    alt: altText(row, picture),
    loading: "lazy",
    decoding: "async",
    ...settings,
  });
  shown.addEventListener("error", () => shown.replaceWith(lackBox(lackText(picture))), { once: true });
  return shown;
}
