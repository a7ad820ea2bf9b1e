"""Options and fault specs as texts."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.emulator.faults.catalogue import CATALOGUE
from wanflow.emulator.faults.rules import FaultSpecError, read_rules
from wanflow.emulator.options import OPTIONS, OptionError, settings_from
from wanflow.emulator.settings import Key, Latency, Limits, Settings


def test_without_options_the_documented_service_is_emulated() -> None:
    made = settings_from({})

    assert made == Settings()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("latency", "fixed:0.5", "latency", Latency(median_s=0.5)),
        ("latency", "lognormal:2,0.4", "latency", Latency(median_s=2, sigma=0.4)),
        ("latency", "real", "latency", Latency(median_s=75, sigma=0.25)),
        ("limits", "real", "limits", Limits()),
        (
            "limits",
            "submit=20, query=40,running=16",
            "limits",
            Limits(submit_per_s=20, query_per_s=40, running=16),
        ),
        (
            "limits",
            "policy=none,window=sliding",
            "limits",
            Limits(policy_per_s=math.inf, window="sliding"),
        ),
        ("seed", "-7", "seed", -7),
        ("list-lag", "1.5", "list_lag_s", 1.5),
        ("expire-after", "60", "expire_after_s", 60.0),
        ("check-images", "ratio", "check_images", "ratio"),
        ("refuse-images-at", "submission", "refuse_images_at", "submission"),
        ("outside-urls", "refuse", "outside_urls", "refuse"),
        ("keys", "sk-a, b:sk-b", "keys", (Key(text="sk-a"), Key(text="sk-b", account="b"))),
        ("workspaces", "a,b", "workspaces", ("a", "b")),
    ],
)
def test_a_text_becomes_a_setting(name: str, text: str, field: str, value: object) -> None:
    made = settings_from({name: text})

    assert getattr(made, field) == value


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("latency", "2", "fixed:S"),
        ("latency", "fixed:1,2", "lognormal"),
        ("latency", "fixed:-1", "fixed:S"),
        ("latency", "lognormal:nan,1", "lognormal"),
        ("limits", "submit=0", "submit=N"),
        ("limits", "submit", "submit=N"),
        ("limits", "polls=3", "query=N"),
        ("limits", "window=round", "token"),
        ("seed", "one", "--seed N"),
        ("list-lag", "-1", "--list-lag S"),
        ("expire-after", "0", "--expire-after S"),
        ("check-images", "yes", "strict"),
        ("keys", "a:", "ACCOUNT"),
        ("keys", ":sk-a", "ACCOUNT"),
        ("faults", "drop-after-acept", "did you mean 'drop-after-accept'?"),
        ("faults", "pol/http-500", "did you mean 'poll'?"),
        ("faults", "list/partial", "it happens at submit"),
        ("faults", "download/http-500", "it happens at"),
        ("faults", "partial:0.1.2", "write it like 0.1"),
        ("faults", "partial#x", "PROBABILITY"),
        ("lists-lag", "1", "did you mean 'list-lag'?"),
    ],
)
def test_a_text_that_cannot_be_understood_says_what_to_write(
    name: str, text: str, hint: str
) -> None:
    with pytest.raises(OptionError) as caught:
        settings_from({name: text})

    assert hint in caught.value.hint


def test_every_option_has_a_default_that_can_be_read() -> None:
    made = settings_from({option.name: option.default for option in OPTIONS})

    assert made == Settings()


def test_every_fault_can_be_named_and_says_what_it_is() -> None:
    rules = read_rules(",".join(CATALOGUE))

    assert [rule.fault for rule in rules] == list(CATALOGUE.values())
    assert all(rule.places and rule.fault.meaning for rule in rules)


def test_conditions_are_read() -> None:
    rule = read_rules(" poll/http-500:0.25#2-5@1.5-9 ")[0]

    assert rule.places == {"poll"}
    assert (rule.chance, rule.nth, rule.seconds) == (0.25, (2, 5), (1.5, 9.0))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_spec_is_read_or_refused_with_a_hint(spec: str) -> None:
    hint = ""

    try:
        rules = read_rules(spec)
    except FaultSpecError as error:
        rules, hint = (), error.hint

    assert bool(hint) or all(rule.fault.name in CATALOGUE for rule in rules)
