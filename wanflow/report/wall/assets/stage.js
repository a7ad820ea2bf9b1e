function createStage(row, picked) {
  const picture = row.choices.find((one) => one.sha256 === picked) || (row.final && row.pictures[row.final[1]]);
  return { element: picture ? make("div", { class: "frame" }, image(row, picture, { loading: "eager" })) : make("p", { class: "quiet", text: say("no_pictures") }) };
}
