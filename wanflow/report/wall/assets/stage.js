// The stage of a row: what it ends with against what went into that step, and all its pictures.
const stageSettings = { mode: "slider" };

function createStage(row, picked, controls) {
  const pictures = row.pictures.filter((picture) => !picture.lack);
  const chosen = row.choices.find((one) => one.sha256 === picked) || (row.final && row.pictures[row.final[1]]);
  if (!chosen) return make("p", { class: "quiet", text: row.steps.length ? say("no_pictures") : "" });
  if (chosen.lack) return make("div", { class: "frame" }, lackBox(lackText(chosen)));
  const views = new Map(pictures.map((picture) => [picture, {
    label: pictureName(picture, row),
    size: `${picture.width} × ${picture.height}`,
    href: picture.file,
    alt: altText(row, picture),
    width: picture.width,
    height: picture.height,
  }]));
  const before = inputOf(row, chosen) || chosen;
  const compare = createCompare({
    pictures: [...views.values()],
    before: views.get(before),
    after: views.get(chosen),
    settings: stageSettings,
  });
  const choices = row.choices.length ? row.choices : row.judged.made.map((place) => row.pictures[place]);
  const strip = make("div", { class: "candidates" }, choices.map((picture, at) =>
    make("button", { type: "button", "aria-label": say("show_after", { name: pictureName(picture, row) }), disabled: Boolean(picture.lack), class: picture === chosen ? "standing" : "", onclick: () => compare.after(views.get(picture)) },
      image(row, picture, { alt: "" }), make("span", { class: "number", text: at + 1 }))));
  return make("div", {}, compare.element, choices.length > 1 ? strip : null, controls);
}
// Of what went into the step, the picture with the shape of the result; of equals the last.
function inputOf(row, picture) {
  const step = row.steps.find((one) => one.key === picture.step);
  const ratio = picture.width / picture.height;
  const off = (one) => Math.abs(one.width / one.height / ratio - 1);
  const inputs = (step?.images || []).map((place) => row.pictures[place]).filter((one) => !one.lack);
  return inputs.reduceRight((best, one) => (best && off(best) <= off(one) ? best : one), null);
}
