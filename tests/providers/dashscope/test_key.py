import base64
import pickle
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanflow.errors import AccountError
from wanflow.providers.dashscope.key import ApiKey, read_key

TEXT = "sk-canary/+3f9a2b7c51="


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, lambda key: f"{[key]}"])
def test_a_key_shows_as_stars(show: object) -> None:
    shown = show(ApiKey(TEXT))  # type: ignore[operator]  # each of them is a function

    assert "canary" not in shown
    assert "***" in shown


def test_a_key_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(ApiKey(TEXT))


def test_a_key_is_not_in_a_traceback() -> None:
    def fail(key: ApiKey) -> None:
        raise ValueError(key)

    try:
        fail(ApiKey(TEXT))
    except ValueError:
        assert "canary" not in traceback.format_exc()


@given(before=st.binary(max_size=7), after=st.binary(max_size=7))
@settings(deadline=None)
def test_a_key_is_taken_out_of_whatever_holds_it(before: bytes, after: bytes) -> None:
    raw = TEXT.encode()
    coded = base64.b64encode(before + raw + after).decode()
    safe = base64.urlsafe_b64encode(before + raw + after).decode()
    text = f"{TEXT} {quote(TEXT, safe='')} {coded} {safe}"

    clean = ApiKey(TEXT).redacted(text)

    assert TEXT not in clean
    assert quote(TEXT, safe="") not in clean
    for part in clean.split(" ")[2:]:
        assert "***" in part


def test_a_signed_address_loses_its_query() -> None:
    text = "see https://a.oss-cn-beijing.aliyuncs.com/x.png?Expires=1&Signature=abc%3D now"

    clean = ApiKey(TEXT).redacted(text)

    assert clean == "see https://a.oss-cn-beijing.aliyuncs.com/x.png?*** now"


def test_the_environment_is_asked_first(tmp_path: Path) -> None:
    key = read_key({"DASHSCOPE_API_KEY": f" {TEXT}\n"}, tmp_path / "none")

    assert key.authorization() == f"Bearer {TEXT}"


def test_a_private_file_is_asked_second(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(TEXT + "\n")
    file.chmod(0o600)

    assert read_key({}, file).authorization() == f"Bearer {TEXT}"


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(TEXT)
    file.chmod(0o644)

    with pytest.raises(AccountError, match="can be read by others") as refused:
        read_key({}, file)

    assert "chmod 600" in (refused.value.hint or "")


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(AccountError, match="no regular file"):
        read_key({}, tmp_path)


def test_a_link_that_leads_nowhere_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(AccountError):
        read_key({}, tmp_path / "loop")


@pytest.mark.parametrize(
    "text", ["short", "with space inside", "line\nbreak-here", "钥匙钥匙钥匙钥匙"]
)
def test_what_cannot_stand_in_a_header_is_no_key(text: str) -> None:
    with pytest.raises(AccountError) as refused:
        ApiKey(text)

    assert text not in str(refused.value)


def test_no_key_at_all_says_how_to_go_on() -> None:
    with pytest.raises(AccountError) as refused:
        read_key({})

    assert "--provider local" in (refused.value.hint or "")


def test_fingerprints_tell_keys_apart() -> None:
    assert ApiKey(TEXT).fingerprint == ApiKey(TEXT).fingerprint
    assert ApiKey(TEXT).fingerprint != ApiKey(TEXT + "x").fingerprint
