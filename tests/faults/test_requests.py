"""What can happen to a request that costs money, through the whole program."""

import httpx
import pytest

from tests.faults.conftest import OpenDesk
from tests.faults.line import Line, hold
from tests.faults.program import CHAIN

# Trio tells of streams that are left in the middle, which is what an endless one deserves.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

ASKED = "look it up in the console of Model Studio"
UNSURE = "it is not known whether a paid request was accepted"

LINES = [
    # Nobody answered, and the service's list says that nothing arrived: sent once more.
    *(
        Line(faults=f"{name}#1", states=("refused", "made"))
        for name in ("reset", "hang", "http-500", "redirect")
    ),
    # Accepted, and the answer does not say so: the list finds the task.
    *(
        Line(faults=name)
        for name in (
            "reset-after-accept", "http-500-after-accept", "slow-loris", "truncated-body",
            "endless-body", "gzip-bomb", "html-200", "hostile-id", "text-plain",
            "drop-after-accept,list-shift", "drop-after-accept,list/http-503#1-6",
        )
    ),
    Line(faults="drop-after-accept", list_lag="40"),
    # Nobody can say: a person has to.
    Line(
        faults="drop-after-accept,list-down",
        exit_code=4,
        said=UNSURE,
        states=("intended",),
    ),
    Line(
        faults="http-500,list-down",
        exit_code=4,
        said=ASKED,
        accepted=0,
        states=("intended",),
        words=("--resubmit-ambiguous",),
        then_accepted=1,
    ),
    # The service asks for patience, and gets it.
    Line(faults="http-429#1", states=("refused", "made")),
    Line(faults="429-retry-after#1", states=("refused", "made")),
    # The account cannot go on: one request, and the run is over.
    *(
        Line(faults=name, exit_code=6, said=said, accepted=0, states=("refused",))
        for name, said in (
            ("allocation-quota", "quota for this model is used up"),
            ("arrears", "settle the bill in the Alibaba Cloud console"),
            ("unpurchased", "enable the model for the workspace"),
        )
    ),
    Line(faults="key-revoked", exit_code=6, said="check DASHSCOPE_API_KEY", accepted=0, states=()),
    # Refused for good.
    Line(
        faults="moderation-refused",
        exit_code=1,
        said="change the prompt or the picture; it was not billed",
        accepted=0,
        states=("refused",),
    ),
    Line(
        faults="invalid-parameter",
        exit_code=1,
        said="wanflow's own check missed it",
        accepted=0,
        states=("refused",),
    ),
]  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.faults)
def test_a_request_comes_to_its_documented_end(open_shop: OpenDesk, line: Line) -> None:
    hold(open_shop(faults=line.faults, list_lag=line.list_lag), line)


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout], ids=lambda e: e.__name__
)
def test_a_connection_that_fails_is_tried_again_and_then_given_up(
    open_shop: OpenDesk, error: type[httpx.TransportError]
) -> None:
    desk = open_shop()
    desk.network.trouble = lambda request: error("down") if request.method == "POST" else None

    ran = desk.run()

    assert ran.exit_code == 3
    assert "the service cannot be reached" in ran.said
    assert "run the same command again later" in ran.said
    assert desk.accepted == 0
    assert 2 <= sum(request.method == "POST" for request in desk.network.requests) <= 8
    assert ran.seconds <= 305
    desk.network.trouble = lambda _request: None
    assert desk.run().exit_code == 0
    assert desk.accepted == 1


def test_a_service_that_is_not_there_costs_nothing_and_says_so(open_shop: OpenDesk) -> None:
    desk = open_shop()
    desk.network.trouble = lambda _request: httpx.ConnectError("down")

    ran = desk.run()

    assert ran.exit_code == 3
    assert "the service cannot be reached" in ran.said
    assert desk.states == []


def test_a_write_that_breaks_off_may_have_arrived(open_shop: OpenDesk) -> None:
    desk = open_shop(faults="list-down")
    desk.network.trouble = lambda request: (
        httpx.WriteError("broken pipe") if request.method == "POST" else None
    )

    ran = desk.run()

    assert ran.exit_code == 4
    assert desk.states == ["intended"]
    desk.network.trouble = lambda _request: None
    desk.faults("")
    assert desk.run().exit_code == 0
    assert desk.accepted == 1


def test_too_many_requests_for_ever_end_in_minutes_with_few_requests(open_shop: OpenDesk) -> None:
    desk = open_shop(recipe=CHAIN, faults="429-storm")

    ran = desk.run()

    assert ran.exit_code == 3
    assert "too many requests" in ran.said
    assert desk.accepted == 0
    assert desk.count("submit") <= 60
    assert ran.seconds <= 1000
    desk.faults("")
    assert desk.run().exit_code == 0
    assert desk.accepted == 3


def test_an_account_that_cannot_go_on_stops_every_step_at_once(open_shop: OpenDesk) -> None:
    steps = "\n".join(
        f'  - {{id: s{at}, use: edit, images: [photo], prompt: "cup {at} in image 1"}}'
        for at in range(20)
    )
    desk = open_shop(recipe=f"wanflow: 1\nname: cups\ninputs: [photo]\nsteps:\n{steps}\n",
                     faults="arrears")  # fmt: skip

    ran = desk.run()

    assert ran.exit_code == 6
    assert desk.count("submit") <= 4
    assert ran.seconds < 30
    desk.faults("")
    assert desk.run().exit_code == 0
    assert desk.accepted == 20


def test_undecided_requests_are_left_out_or_taken_over_as_a_person_says(
    open_shop: OpenDesk,
) -> None:
    desk = open_shop(recipe=CHAIN, faults="drop-after-accept#1,list-down")
    first = desk.run()
    assert first.exit_code == 4
    task = desk.emulator.ledger.accepted[0].task_id

    skipped = desk.run("--skip")

    assert skipped.exit_code == 1
    assert "left out by --skip" in skipped.said
    adopted = desk.run("--adopt", task)
    assert adopted.exit_code == 0
    assert desk.accepted == desk.billed == 3
    assert desk.bought_twice == []


def test_every_undecided_request_is_marked_with_time_prompt_and_price(open_shop: OpenDesk) -> None:
    desk = open_shop(faults="drop-after-accept,list-down")

    ran = desk.run()

    assert "(service time), prompt " in ran.said
    assert "1 picture, 0.20 CNY" in ran.said
    assert ran.step("cup")["state"] == "undecided"
    assert ran.report["at_risk_images"] == 1
    assert "perhaps 1 more billed" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max-images", "2"), "raise --max-images to at least 3"),
        (("--max-cost", "0.50 CNY"), "raise --max-cost to at least 0.60"),
    ],
)
def test_a_budget_is_never_exceeded_and_lost_answers_count(
    open_shop: OpenDesk, words: tuple[str, ...], said: str
) -> None:
    desk = open_shop(recipe=CHAIN, faults="drop-after-accept#1,list-down#1-8")

    ran = desk.run(*words)

    assert ran.exit_code in {3, 4}
    assert desk.accepted <= 2
    more = desk.run(*words)
    assert more.exit_code == 3
    assert said in more.said
    assert desk.accepted == 2
    assert desk.run().exit_code == 0
    assert desk.reported == desk.billed == 3
