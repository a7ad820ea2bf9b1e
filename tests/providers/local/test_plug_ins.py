import itertools
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from tests.providers.local.photographs import NewCall
from wanflow.cli.engines import plug_ins_of
from wanflow.errors import StepError
from wanflow.model.values import Note
from wanflow.providers.local import plug_ins
from wanflow.providers.local.pixels import Painted, Pixels, Task
from wanflow.providers.local.plug_ins import brought, foreign, offers, run_plug_in
from wanflow.providers.local.promises import broken
from wanflow.providers.local.provider import LocalProvider
from wanflow.providers.local.worker import Order, work

PICTURE = np.full((4, 6, 3), 90, dtype=np.uint8)
MODULE = """
import numpy as np
from wanflow.errors import StepError
from wanflow.providers.local.pixels import Painted

def darker(task):
    if task.arguments.get("refuse"):
        raise StepError("too-dark", "it is too dark already", hint="take a lighter one")
    return Painted(pictures=(task.pictures[-1] // 2,))
"""
Install = Callable[..., None]
_NUMBERS = itertools.count()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Lay a package with one module and its algorithms out on the path."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def lay(name: str, version: str = "1.0", code: str = MODULE, **algorithms: str) -> None:
        # A module that was once loaded stays loaded, so each has a name of its own.
        module = f"module_{next(_NUMBERS)}"
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
        )
        entries = "".join(f"{key} = {module}:{value}\n" for key, value in algorithms.items())
        (folder / "entry_points.txt").write_text(
            f"[wanflow.algorithms]\n{entries}", encoding="utf-8"
        )

    return lay


def test_what_a_package_brings_is_known_without_loading_it(install: Install) -> None:
    install("night", "2.1", "raise RuntimeError('loaded')", darker="darker", detect="detect")

    assert [str(offer) for offer in offers("darker")] == ["night@2.1"]
    assert {"darker", "detect"} <= set(brought())
    assert plug_ins_of(["darker", "detect", "nobody"], "local") == {"darker": "night@2.1"}
    assert plug_ins_of(["darker"], "dashscope") == {}


def test_the_engines_own_algorithms_stand_over_others() -> None:
    assert foreign(["detect", "darker", "darker", "fuse"]) == ("darker",)


def test_two_packages_make_one_family_whose_order_is_fixed(install: Install) -> None:
    install("zebra", darker="darker")
    install("aardvark", darker="darker")

    assert plug_ins_of(["darker"], "local") == {"darker": "aardvark@1.0+zebra@1.0"}
    with pytest.raises(StepError, match=r"aardvark@1\.0 and by zebra@1\.0") as refusal:
        run_plug_in("darker", Task(pictures=(PICTURE,), arguments={}))
    assert refusal.value.code == "plug-in-twice"


def test_the_worker_runs_it_and_writes_its_picture(install: Install, new_call: NewCall) -> None:
    install("night", darker="darker")
    call = new_call("darker", "coffee")
    order = Order(
        algorithm="darker",
        arguments={},
        pictures=call.pictures,
        scratch=call.scratch,
        seeds=(0,),
    )

    names, notes = work(order)

    assert (call.scratch / names[0]).exists()
    assert notes == ()


def test_its_own_refusal_comes_through_as_it_is(install: Install) -> None:
    install("night", darker="darker")

    with pytest.raises(StepError, match="too dark already") as refusal:
        run_plug_in("darker", Task(pictures=(PICTURE,), arguments={"refuse": True}))

    assert (refusal.value.code, refusal.value.hint) == ("too-dark", "take a lighter one")


@pytest.mark.parametrize(
    ("code", "value", "kind"),
    [
        ("x = 1", "darker", "plug-in-broken"),
        ("darker = 1", "darker", "plug-in-broken"),
        ("import nowhere_at_all", "darker", "plug-in-broken"),
        ("def darker(task): raise ValueError", "darker", "plug-in-failed"),
        ("def darker(task): return None", "darker", "plug-in-wrong-result"),
    ],
)
def test_a_package_that_breaks_its_promise_is_named(
    code: str, value: str, kind: str, install: Install
) -> None:
    install("night", "2.1", code, darker=value)

    with pytest.raises(StepError, match=r"the package night@2\.1") as refusal:
        run_plug_in("darker", Task(pictures=(PICTURE,), arguments={}))

    assert refusal.value.code == kind
    assert "night" in (refusal.value.hint or "")


def test_an_algorithm_that_nobody_brings_is_an_error() -> None:
    with pytest.raises(StepError, match="no installed package brings") as refusal:
        run_plug_in("nobody", Task(pictures=(PICTURE,), arguments={}))

    assert refusal.value.code == "unknown-algorithm"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_hint_lists_what_packages_bring(install: Install, new_call: NewCall) -> None:
    install("night", darker="darker")

    with pytest.raises(StepError, match="'levitate'") as refusal:
        await LocalProvider().edit(new_call("levitate", "coffee"))

    assert "darker" in (refusal.value.hint or "")


def test_an_entry_point_made_by_hand_has_no_package() -> None:
    entry = EntryPoint(name="x", value="y:z", group=plug_ins.GROUP)

    assert str(plug_ins._offer(entry)) == "unknown@0"


def painted(*pictures: Pixels) -> Painted:
    return Painted(pictures=pictures)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (painted(PICTURE), None),
        (painted(PICTURE, PICTURE), None),
        (None, "NoneType"),
        (painted(), "each of the 2 seeds"),
        (painted(PICTURE, PICTURE, PICTURE), "each of the 2 seeds"),
        (painted(PICTURE[..., 0]), "not (h, w, 3)"),
        (painted(PICTURE[..., :2]), "not (h, w, 3)"),
        (painted(PICTURE[:0]), "6*0 pixels"),
        (painted(PICTURE.astype(float)), "float64"),
        (painted("a"), "type str as a picture"),  # type: ignore[arg-type] # what is refused
        (Painted(pictures=(PICTURE,), notes=("a",)), "no Note"),  # type: ignore[arg-type] # refused
        (Painted(pictures=(PICTURE,), notes=(Note(code="a", text="b"),)), None),
    ],
)
def test_a_result_is_held_to_the_contract(result: object, words: str | None) -> None:
    said = broken(result, Task(pictures=(PICTURE,), arguments={}, seeds=(1, 2)))

    assert (said is None) == (words is None)
    assert (words or "") in (said or "")
