import hashlib
import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from PIL import Image

from tests.providers.local.photographs import PICTURES, Photo
from wanflow.errors import ImageError, StepError
from wanflow.providers.local import files, fill, networks
from wanflow.providers.local.worker import ALGORITHMS

ROOT = Path(__file__).parents[3]
DATA = ROOT / "wanflow" / "providers" / "local" / "data"
LISTED = re.compile(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", re.MULTILINE)


@pytest.mark.parametrize("notice", [DATA / "NOTICE.md", PICTURES / "README.md"])
def test_every_file_is_the_one_that_its_notice_describes(notice: Path) -> None:
    listed = dict(LISTED.findall(notice.read_text(encoding="utf-8")))

    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in notice.parent.iterdir()
        if path.suffix in {".onnx", ".otf", ".jpg", ".png"}
    }

    assert found == listed


def test_the_data_stays_under_twelve_megabytes() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 12_000_000


def test_the_photographs_fit_what_the_models_take() -> None:
    for path in PICTURES.glob("*.jpg"):
        with Image.open(path) as image:
            assert 384 <= min(image.size) <= max(image.size) <= 5000


def test_every_algorithm_that_the_catalogue_names_is_here() -> None:
    operations = (ROOT / "wanflow" / "catalog" / "operations").glob("*.yaml")

    facts = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in operations]
    named = {entry.get("local") for entry in facts if entry.get("kind") != "builtin"}

    assert named - {None} == ALGORITHMS


@pytest.mark.parametrize("network", [networks.SALIENCY, networks.LETTERING])
def test_a_network_gives_its_known_answer(network: networks.Network) -> None:
    answer = networks.probed(network, networks._loaded(network))

    assert answer == pytest.approx(network.answer, abs=1e-3)


def test_wrong_numbers_are_an_error_and_not_a_wrong_picture() -> None:
    other = networks.Network(file="ppocr-v4-det.onnx", probe_px=160, answer=(0.5,) * 9)

    with pytest.raises(StepError, match=cv2.__version__) as refusal:
        networks.run(other, np.zeros((1, 3, 32, 32), dtype=np.float32))

    assert refusal.value.code == "engine-miscalculates"


def test_a_missing_network_is_an_error_that_says_what_to_do() -> None:
    other = networks.Network(file="gone.onnx", probe_px=32, answer=(0.0,) * 9)

    with pytest.raises(StepError, match=r"gone\.onnx") as refusal:
        networks.run(other, np.zeros((1, 3, 32, 32), dtype=np.float32))

    assert refusal.value.code == "engine-damaged"


def test_without_patchmatch_a_hole_is_filled_smoothly(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "patchmatch", None)
    fill._copier.cache_clear()
    picture = photo("coffee", 150)
    hole = np.zeros(picture.shape[:2], dtype=np.bool_)
    hole[40:50, 40:60] = True
    wounded = np.where(hole[..., None], 0, picture).astype(np.uint8)

    result = fill.filled(wounded, hole)

    fill._copier.cache_clear()
    assert result[hole].min() > 0
    assert np.array_equal(result[~hole], picture[~hole])


def test_no_hole_changes_nothing(photo: Photo) -> None:
    picture = photo("coffee", 60)

    assert np.array_equal(fill.filled(picture, np.zeros((40, 60), dtype=np.bool_)), picture)


def test_where_all_is_protected_it_is_copied_all_the_same(photo: Photo) -> None:
    picture = photo("coffee", 60)
    hole = np.zeros((40, 60), dtype=np.bool_)
    hole[:, :10] = True

    result = fill.filled(picture, hole, protected=~hole)

    assert np.array_equal(result[:, 10:], picture[:, 10:])


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "CMYK", "I;16"])
def test_pictures_of_any_mode_are_read_as_rgb(tmp_path: Path, mode: str) -> None:
    suffix = "jpg" if mode == "CMYK" else "png"
    path = tmp_path / f"图.{suffix}"
    Image.new(mode, (6, 4)).save(path)

    assert files.read(path).shape == (4, 6, 3)


def test_what_is_transparent_stands_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (2, 2), (255, 0, 0, 0)).save(tmp_path / "a.png")

    assert files.read(tmp_path / "a.png").min() == 255


def test_a_picture_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"there is no picture 猫\.png"):
        files.read(tmp_path / "猫.png")


def test_equal_pixels_give_equal_bytes_without_metadata(photo: Photo, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        files.write(photo("coffee", 60), tmp_path / name)

    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.info == {}


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "猫.png").write_bytes(b"no picture")

    with pytest.raises(ImageError, match=r"猫\.png is not a complete") as refusal:
        files.read(tmp_path / "猫.png")

    assert refusal.value.code == "image-unreadable"
