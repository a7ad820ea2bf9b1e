"""Every line of the fault matrix, once, with the tests that hold it.

A line is a fault and what has to come of it. The tests are named by file, by function, and where
a function is run for many faults by the one that is meant, so that none can go without its line
here being noticed.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = "tests/faults"
EDGES = f"{HERE}/test_requests.py::test_a_request_comes_to_its_documented_end"
TASKS = f"{HERE}/test_tasks.py::test_a_task_comes_to_its_documented_end"
HOME = f"{HERE}/test_downloads.py::test_a_picture_comes_home_whole_or_not_at_all"
PROVIDER = "tests/e2e/test_faults_matrix.py::test_a_fault_has_its_documented_outcome"

MATRIX: dict[str, tuple[str, ...]] = {
    "DNS, connect, TLS, pool: not accepted, tried again, then unfinished": (
        f"{HERE}/test_requests.py::test_a_connection_that_fails_is_tried_again_and_then_given_up",
        f"{HERE}/test_requests.py::test_a_service_that_is_not_there_costs_nothing_and_says_so",
    ),
    "write error or reset before an answer: reconciled": (
        f"{EDGES}[reset",
        f"{EDGES}[reset-after-accept",
        f"{HERE}/test_requests.py::test_a_write_that_breaks_off_may_have_arrived",
    ),
    "read timeout, before or after acceptance: reconciled": (
        f"{EDGES}[hang",
        f"{PROVIDER}[hang-after-accept",
    ),
    "an answer byte by byte: an end to the whole call, then reconciled": (f"{EDGES}[slow-loris",),
    "429 for a while: slower, Retry-After honoured, few requests": (
        f"{EDGES}[http-429",
        f"{EDGES}[429-retry-after",
        f"{HERE}/test_requests.py::test_too_many_requests_for_ever_end_in_minutes_with_few_requests",
        "tests/e2e/test_faults_matrix.py::test_a_storm_costs_few_requests_once_it_is_noticed",
    ),
    "quota, arrears, 401, 403: the whole run stops": (
        f"{EDGES}[allocation-quota",
        f"{EDGES}[arrears",
        f"{EDGES}[unpurchased",
        f"{EDGES}[key-revoked",
        f"{HERE}/test_requests.py::test_an_account_that_cannot_go_on_stops_every_step_at_once",
    ),
    "5xx to a submission: reconciled": (f"{EDGES}[http-500", f"{EDGES}[http-500-after-accept"),
    "200 with anything but a task: reconciled": (
        f"{EDGES}[html-200",
        f"{EDGES}[text-plain",
        f"{PROVIDER}[bad-json",
        f"{PROVIDER}[no-id",
        f"{PROVIDER}[empty-body",
        f"{PROVIDER}[wrong-type",
    ),
    "a body too short, endless, or a bomb: reconciled": (
        f"{EDGES}[truncated-body",
        f"{EDGES}[endless-body",
        f"{EDGES}[gzip-bomb",
    ),
    "a redirect of a submission: not followed, reconciled": (f"{EDGES}[redirect",),
    "a hostile task id: never used": (f"{EDGES}[hostile-id",),
    "moderation: final, what hangs on it skipped, the rest goes on": (
        f"{EDGES}[moderation-refused",
        f"{TASKS}[moderation",
        f"{HERE}/test_tasks.py::test_a_refused_step_skips_what_hangs_on_it_and_nothing_else",
    ),
    "InvalidParameter: final, and our check missed it": (f"{EDGES}[invalid-parameter",),
    "FAILED InternalError: one free attempt more": (f"{TASKS}[failed-internal",),
    "UNKNOWN: once is nothing, for a minute is for a person": (
        f"{TASKS}[unknown-once",
        f"{TASKS}[unknown",
        f"{HERE}/test_downloads.py::test_a_picture_older_than_a_day_is_lost_and_not_bought_again_unasked",
    ),
    "CANCELED by others: said": (f"{TASKS}[canceled",),
    "stuck, or a status never documented: a deadline, the id is kept": (
        f"{TASKS}[stuck-running",
        f"{TASKS}[unknown-status",
        f"{TASKS}[lower-case-status",
        f"{HERE}/test_tasks.py::test_every_wait_has_an_end",
    ),
    "a partial result: kept, billed as such, missed by name, topped up": (
        f"{HERE}/test_tasks.py::test_a_partial_result_is_kept_billed_as_such_and_missed_by_name",
        "tests/cli/test_run_on_the_service.py::test_missing_pictures_can_be_topped_up",
    ),
    "SUCCEEDED without pictures: final, the id is kept": (
        f"{TASKS}[no-results",
        f"{TASKS}[no-url",
    ),
    "a query fails in any way: asked again, not one request more": (
        f"{TASKS}[poll/http-429",
        f"{TASKS}[poll/http-500",
        f"{TASKS}[poll/reset",
        f"{TASKS}[poll/hang",
        f"{TASKS}[poll/html-200",
    ),
    "the key is changed in the middle: ids kept, the same command goes on": (
        f"{TASKS}[poll/key-revoked",
        f"{HERE}/test_tasks.py::test_a_key_that_is_changed_in_the_middle_loses_no_task",
    ),
    "a result is gone: one fresh address, then lost": (
        f"{HOME}[expired-result",
        f"{PROVIDER}[download-404",
    ),
    "a download cut, empty, HTML, 206, of bad sums, without its end: tried again": (
        f"{HOME}[download-cut",
        f"{HOME}[download-chunked-cut",
        f"{HOME}[download-empty",
        f"{HOME}[download-html",
        f"{HOME}[download-206",
        f"{HOME}[download-bad-crc",
        f"{HOME}[download-no-iend",
        f"{HOME}[download-slow",
    ),
    "a good picture as octet-stream: taken": (f"{HOME}[download-octet-stream",),
    "5 GB declared: refused, and can be fetched later": (f"{HOME}[download-huge",),
    "a result elsewhere, private, a file, or a redirect there: not opened": (
        f"{HOME}[result-other-host",
        f"{HOME}[result-private",
        f"{HOME}[result-file-url",
        f"{HOME}[download-redirect-private",
        f"{HOME}[download-redirect-file",
        f"{HOME}[download-redirect-loop",
    ),
    "hostile words of the service: text in every sink": (
        f"{HERE}/test_secrets.py::test_hostile_words_of_the_service_are_text_in_every_sink",
    ),
    "the service repeats the key: taken out in every sink": (
        f"{HERE}/test_secrets.py::test_a_service_that_repeats_the_key_does_not_make_us_repeat_it",
        f"{HERE}/test_secrets.py::test_an_error_that_carries_the_key_is_told_without_it",
    ),
    "clocks are wrong: the service's counts": (
        f"{TASKS}[skewed-date",
        f"{TASKS}[poll/skewed-date-ahead",
        f"{TASKS}[list/skewed-date",
    ),
    "a sleep of hours: looked at first": (
        f"{HERE}/test_tasks.py::test_after_a_sleep_of_hours_finished_tasks_are_fetched",
    ),
    "disk full, read-only, broken, too many files: no more money": (
        f"{HERE}/test_machine.py::test_a_full_disk_stops_the_money_and_loses_nothing",
        f"{HERE}/test_machine.py::test_a_read_only_disk_costs_nothing",
        f"{HERE}/test_processes.py::test_a_disk_that_cannot_be_trusted_stops_the_money",
        f"{HERE}/test_processes.py::test_too_few_files_end_in_words_and_cost_nothing_twice",
    ),
    "SIGINT, SIGTERM, SIGHUP: ids kept, waiting tasks cancelled": (
        f"{HERE}/test_machine.py::test_a_signal_ends_the_run_with_its_ids_kept",
        f"{HERE}/test_machine.py::test_a_signal_while_a_request_is_under_way_enters_its_answer",
        f"{HERE}/test_machine.py::test_a_task_that_has_not_begun_is_cancelled_with_its_run",
    ),
    "SIGKILL: nothing twice, nothing lost": (
        "tests/e2e/test_kills_of_purchases.py::test_killed_runs_pay_nothing_twice_and_lose_nothing",
    ),
    "two runs, one directory, or one request": (
        "tests/cli/test_run_command.py::test_a_second_process_at_the_same_run_is_told_who_holds_it",
        "tests/cli/test_run_on_the_service.py::test_two_runs_at_once_buy_what_both_need_once",
    ),
    "a journal cut, garbled, emptied or gone: said, or made anew from the list": (
        f"{HERE}/test_machine.py::test_a_damaged_journal_is_said_and_never_bought_over",
        f"{HERE}/test_processes.py::test_a_journal_that_forgot_its_newest_entries_is_not_bought_over",
        f"{HERE}/test_processes.py::test_a_workspace_that_is_gone_is_not_bought_over",
    ),
    "a damaged picture: fetched again within the day, else lost": (
        f"{HERE}/test_machine.py::test_a_picture_that_was_damaged_is_fetched_again_within_the_day",
        f"{HERE}/test_machine.py::test_a_damaged_picture_is_no_input_of_a_paid_request",
    ),
    "a file system whose renames or locks do not hold: refused": (
        "tests/store/test_workspace.py::test_a_file_system_that_does_not_lock_is_refused",
        "tests/store/test_workspace.py::test_a_file_system_that_shows_old_files_is_refused",
    ),
    "the list is late, shifts, or is down: waited for, else for a person": (
        f"{EDGES}[drop-after-accept",
        f"{EDGES}[drop-after-accept,list-shift",
        f"{EDGES}[drop-after-accept,list-down",
        f"{EDGES}[drop-after-accept,list/http-503",
    ),
}


@pytest.mark.parametrize("line", MATRIX)
def test_every_line_of_the_matrix_is_held_by_tests_that_are_there(line: str) -> None:
    missing = [name for name in MATRIX[line] if not is_there(name)]

    assert MATRIX[line]
    assert missing == []


def test_the_matrix_has_all_its_lines() -> None:
    assert len(MATRIX) == 38


def is_there(name: str) -> bool:
    """Say whether a test is there, and is run for the fault that is named in brackets."""
    file, _, rest = name.partition("::")
    function, _, fault = rest.partition("[")
    text = (ROOT / file).read_text("utf-8")
    defined = {
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    # A fault stands in its file as a word of its own, behind its place if the place is shared.
    place, _, alone = fault.rpartition("/")
    whole = f'"{alone}' in text or f'"{fault}' in text or f",{alone}" in text
    return function in defined and (not fault or whole) and (not place or f"{place}/" in text)
