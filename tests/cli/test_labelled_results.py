"""What runs write into the files of their results, and what they leave as it was sent."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.emulated import KEY, QUICK, emulated, holds_key
from tests.cli.running import run_files, wanflow
from tests.execute.four_steps import FIRST, RUN
from tests.imaging.telling import (
    SERVICE_LABEL,
    decoded,
    from_service,
    picture,
    with_chunk,
    with_text,
)
from tests.strategies import artifact
from wanflow.cli.labelling import Labeller
from wanflow.errors import ImageError
from wanflow.imaging.metadata.label import unlabelled
from wanflow.imaging.metadata.png_chunks import png_file
from wanflow.imaging.metadata.read import metadata_of
from wanflow.model.provenance import Labels
from wanflow.model.run import StepRecord
from wanflow.model.values import Artifact, Sha256

CUT = """
wanflow: 1
name: cut
version: 2.0.0
inputs: {photo: {type: image, default: photo.png}}
steps:
  - {id: part, use: crop, images: [photo], with: {aspect: "1:1"}}
  - {id: lit, use: upscale, images: [part], with: {factor: 2}}
outputs: {small: part, warm: lit}
"""
BOUGHT = """
wanflow: 1
name: bought
inputs: {photo: {type: image, default: photo.png}}
steps:
  - {id: a, use: edit, images: [photo], prompt: "把{{ photo }}换成清晨的光线", n: 2}
  - {id: b, use: crop, images: [a], with: {aspect: "1:1"}}
outputs: {wide: a, square: b}
"""


def folder_with(tmp_path: Path, photo: bytes, recipe: str = CUT, settings: str = "") -> Path:
    (tmp_path / "photo.png").write_bytes(photo)
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    (tmp_path / "wanflow.toml").write_text(settings, encoding="utf-8")
    return tmp_path


def ran(cwd: Path) -> dict[str, Any]:
    done = wanflow("run", "recipe.yaml", "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def result(cwd: Path, name: str) -> bytes:
    (file,) = run_files(cwd, f"outputs/{name}.png")
    return file.read_bytes()


def test_a_result_tells_of_itself_and_the_stored_picture_does_not(tmp_path: Path) -> None:
    cwd = folder_with(tmp_path, picture("PNG"))

    report = ran(cwd)

    (image,) = run_files(cwd, "images/part-1.png")
    small = result(cwd, "small")
    record = metadata_of(small, "it").record
    assert record is not None
    assert (record["recipe"], record["run"]) == ("cut@2.0.0", report["run"])
    assert metadata_of(image.read_bytes(), "it") == metadata_of(b"", "it")
    assert unlabelled(small) == image.read_bytes()
    assert decoded(small) == decoded(image.read_bytes())


def test_the_report_has_both_digests_of_a_labelled_result(tmp_path: Path) -> None:
    cwd = folder_with(tmp_path, picture("PNG"))

    report = ran(cwd)

    for output in report["outputs"]:
        data = result(cwd, output["name"])
        assert output["written"]["sha256"] == digest(data)
        assert output["written"]["size_bytes"] == len(data)
        assert output["artifact"]["sha256"] == digest(unlabelled(data))


def test_without_labels_a_result_is_the_stored_picture(tmp_path: Path) -> None:
    cwd = folder_with(tmp_path, picture("PNG"), settings='metadata = "ours-off"')

    report = ran(cwd)

    (image,) = run_files(cwd, "images/part-1.png")
    assert result(cwd, "small") == image.read_bytes()
    assert [output["written"] for output in report["outputs"]] == [None, None]
    assert [output["remarks"] for output in report["outputs"]] == [[], []]


def test_the_same_run_again_leaves_a_labelled_result_of_its_own(tmp_path: Path) -> None:
    cwd = folder_with(tmp_path, picture("PNG"))
    first = ran(cwd)

    second = ran(cwd)

    assert first["run"] != second["run"]
    results = [file.read_bytes() for file in run_files(cwd, "outputs/warm.png")]
    assert len(set(results)) == 2
    assert len({unlabelled(data) for data in results}) == 1


def test_the_label_of_an_input_goes_through_the_chain_and_is_put_back(tmp_path: Path) -> None:
    cwd = folder_with(tmp_path, from_service("PNG"), settings='[labels]\nproducer = "某公司"')

    report = ran(cwd)

    kept, again = (metadata_of(result(cwd, name), "it").labels for name in ("small", "warm"))
    assert [one.text for one in kept] == [SERVICE_LABEL]
    warm = next(one for one in report["outputs"] if one["name"] == "warm")
    assert [dict(one.values) for one in again] == [
        {"Label": "1", "ContentProducer": "某公司", "ProduceID": warm["artifact"]["sha256"]}
    ]
    assert warm["remarks"] == []


@pytest.mark.parametrize("mode", ["label", "ours-off"])
def test_a_label_put_back_without_a_producer_is_told(mode: str, tmp_path: Path) -> None:
    marked = with_text(picture("PNG"), b"AIGC", SERVICE_LABEL)
    cwd = folder_with(tmp_path, marked, settings=f'metadata = "{mode}"')

    done = wanflow("run", "recipe.yaml", cwd=cwd)

    (label,) = metadata_of(result(cwd, "warm"), "it").labels
    assert label.values.keys() == {"Label", "ProduceID"}
    assert "without a ContentProducer: the settings name no producer" in done.stdout
    (text,) = run_files(cwd, "report.md")
    assert "name no producer" in text.read_text(encoding="utf-8")


def test_the_kind_of_an_input_is_told_of_what_is_cut_from_it(tmp_path: Path) -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-'
        'rdf-syntax-ns#"><rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        'e:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    cwd = folder_with(tmp_path, png_file(picture("PNG"), "it").with_packet(packet.encode()))

    report = ran(cwd)

    kinds = {step["key"]: step["source_type"] for step in report["steps"]}
    assert kinds == {"part": "digitalCapture", "lit": "algorithmicallyEnhanced"}
    assert metadata_of(result(cwd, "small"), "it").source_type == "digitalCapture"


def test_a_manifest_in_an_input_is_no_obstacle_and_is_told_of(tmp_path: Path) -> None:
    cwd = folder_with(tmp_path, with_chunk(picture("PNG"), b"caBX", b"jumb"))

    report = ran(cwd)

    (note,) = report["steps"][0]["notes"]
    assert note["code"] == "manifest_left_behind"
    assert metadata_of(result(cwd, "small"), "it").record is not None


def test_the_prompt_is_written_only_where_it_is_asked_for(tmp_path: Path) -> None:
    settings = 'metadata = "full"\nauthor = "李雷"'
    cwd = folder_with(tmp_path, picture("PNG"), settings=settings)

    ran(cwd)

    record = metadata_of(result(cwd, "warm"), "it").record
    assert record is not None
    assert "prompt" in record
    assert record["arguments"] == {"factor": 2}


def test_of_what_was_bought_originals_stay_as_sent_and_no_key_is_anywhere(tmp_path: Path) -> None:
    photo = (Path(__file__).parents[2] / "recipes/pictures/coffee.jpg").read_bytes()
    settings = f'metadata = "full"\n{QUICK}'
    cwd = folder_with(tmp_path, photo, BOUGHT)

    with emulated(cwd, settings=settings) as service:
        done = service.run("recipe.yaml")
        assert done.returncode == 0, done.stderr
        (report,) = service.reports()
        served = service.served(report["steps"][0]["task_id"])

    (bought,) = run_files(cwd, "images/a-1.png")
    assert bought.read_bytes() in served
    for name in ("wide", "square"):
        found = metadata_of(result(cwd, name), "it")
        assert found.source_type == "compositeWithTrainedAlgorithmicMedia"
    wide = metadata_of(result(cwd, "wide"), "it").record
    assert wide is not None
    assert wide["model"] == "wan2.5-i2i-preview"
    assert not holds_key(cwd)
    assert not any(KEY.encode() in file.read_bytes() for file in run_files(cwd, "outputs/*"))


class Shelf:
    """Where one picture lies."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def path(self, wanted: Artifact) -> Path:
        if not self._file.exists() or wanted.sha256 != digest(self._file.read_bytes()):
            raise ImageError("object-missing", "it is gone")
        return self._file


def labeller_of(data: bytes, folder: Path) -> tuple[Labeller, StepRecord]:
    (folder / "object").write_bytes(data)
    made = replace(artifact("gone"), sha256=Sha256(digest(data)), size_bytes=len(data))
    (shown,) = FIRST.pictures[:1]
    one = replace(FIRST, pictures=(replace(shown, artifact=made),))
    return Labeller(shelf=Shelf(folder / "object"), labels=Labels()), one


def test_a_picture_with_a_manifest_is_handed_out_as_it_is_and_it_is_said(tmp_path: Path) -> None:
    data = with_chunk(picture("PNG"), b"caBX", b"jumb")
    labeller, one = labeller_of(data, tmp_path)

    file = labeller.written(RUN, one, 1, steps=[one])

    assert (file.content, file.artifact) == (data, None)
    assert [note.code for note in file.remarks] == ["manifest_kept"]


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n odd", with_text(picture("PNG"), b"XML:com.adobe.xmp", "odd")]
)
def test_a_picture_whose_metadata_cannot_be_read_is_handed_out_as_it_is(
    data: bytes, tmp_path: Path
) -> None:
    labeller, one = labeller_of(data, tmp_path)

    file = labeller.written(RUN, one, 1, steps=[one])

    assert (file.content, file.artifact) == (data, None)
    assert [note.code for note in file.remarks] == ["not_labelled"]


def test_a_stored_picture_that_changes_while_it_is_read_is_not_handed_out(
    tmp_path: Path,
) -> None:
    labeller, one = labeller_of(picture("PNG"), tmp_path)
    labeller.shelf = Careless(tmp_path / "object")
    (tmp_path / "object").write_bytes(picture("JPEG"))

    with pytest.raises(ImageError, match="was changed since it was made"):
        labeller.written(RUN, one, 1, steps=[one])


class Careless(Shelf):
    """One that does not look at what it gives."""

    def path(self, wanted: Artifact) -> Path:
        del wanted
        return self._file
