import pytest

from wanflow.errors import UsageError
from wanflow.providers.dashscope.hosts import in_ascii, is_the_services, may_be_handed_on
from wanflow.providers.dashscope.regions import REGIONS, service_at

BEIJING = service_at("beijing")
LOCAL = service_at(base_url="http://127.0.0.1:8080/api/v1/")
GATEWAY = service_at(base_url="https://gateway.example:8443/api/v1")


def test_every_region_has_an_address_and_a_source() -> None:
    for region in REGIONS:
        found = service_at(region.name, workspace="ws-1")

        assert found.base_url.startswith("https://")
        assert found.base_url.endswith("/api/v1")
        assert "2026" in region.source
        assert service_at(region.code, workspace="ws-1") == found


def test_a_region_without_a_shared_host_wants_a_workspace() -> None:
    with pytest.raises(UsageError) as refused:
        service_at("tokyo")

    assert "--workspace-id" in (refused.value.hint or "")
    host = service_at("tokyo", workspace="ws-1").parts.hostname
    assert host == "ws-1.ap-northeast-1.maas.aliyuncs.com"


@pytest.mark.parametrize(
    "base_url",
    [
        "http://example.com/api/v1",
        "ftp://127.0.0.1/api/v1",
        "https://user:secret@example.com/api/v1",
        "https://example.com/api/v1?x=1",
        "https://",
        "https://exam ple.com/api",
        "https://[::1/api",
        "https://host:port/api",
    ],
)
def test_an_address_that_would_leak_or_lead_astray_is_refused(base_url: str) -> None:
    with pytest.raises(UsageError):
        service_at(base_url=base_url)


def test_an_unknown_region_is_told_the_known_ones() -> None:
    with pytest.raises(UsageError) as refused:
        service_at("atlantis")

    assert "beijing" in (refused.value.hint or "")


def test_a_workspace_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="workspace id"):
        service_at("beijing", workspace="../x")


def test_plain_http_is_for_this_machine() -> None:
    assert LOCAL.base_url == "http://127.0.0.1:8080/api/v1"
    assert LOCAL.loopback
    assert not BEIJING.loopback


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/1/a.png?Signature=x", True),
        ("https://dashscope-7c2c.oss-cn-shanghai.aliyuncs.com/a.png", True),
        ("https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com", True),
        ("http://dashscope-7c2c.oss-cn-shanghai.aliyuncs.com/a.png", False),
        ("https://aliyuncs.com.evil.example/a.png", False),
        ("https://evil.example/a.aliyuncs.com", False),
        ("https://x@dashscope-7c2c.oss-cn-shanghai.aliyuncs.com/a.png", False),
        ("https://dashscope-7c2c.oss-cn-shanghai.aliyuncs.com\\@evil.example/a.png", False),
        ("https://dashscope-7c2c.oss-cn-shanghai.aliyuncs.com/a.png#x", False),
        ("https://dashscope-7c2c.oss-cn-shanghai.aliyuncs.com:22/a.png", False),
        ("http://169.254.169.254/latest/meta-data/", False),
        ("http://127.0.0.1:8080/results/a.png", False),
        ("file:///etc/passwd", False),
        ("https://a.aliyuncs.com/\r\nX: y", False),
        ("https://a.aliyuncs.com/" + "x" * 5000, False),
        ("https://[::1", False),
        ("https:///a.png", False),
    ],
)
def test_only_the_services_own_hosts_are_opened(url: str, *, taken: bool) -> None:
    assert is_the_services(url, BEIJING) is taken


def test_a_service_on_this_machine_gives_pictures_from_there() -> None:
    assert is_the_services("http://127.0.0.1:8080/results/a.png", LOCAL)
    assert not is_the_services("http://127.0.0.1:22/results/a.png", LOCAL)
    assert not is_the_services("file:///etc/passwd", LOCAL)


def test_a_gateway_gives_pictures_from_its_own_host() -> None:
    assert is_the_services("https://gateway.example:8443/a.png", GATEWAY)
    assert not is_the_services("https://other.example:8443/a.png", GATEWAY)


def test_any_public_https_address_may_be_handed_on() -> None:
    assert may_be_handed_on("https://example.com/a.png", BEIJING)
    assert not may_be_handed_on("http://example.com/a.png", BEIJING)
    assert not may_be_handed_on("https://u:p@example.com/a.png", BEIJING)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://example.com/a%20b.png?x=1", "https://example.com/a%20b.png?x=1"),
        ("https://example.com/花 1.png".replace(" ", ""), "https://example.com/%E8%8A%B11.png"),
        ("https://例子.测试:8443/图.png?名=花", "https://xn--fsqu00a.xn--0zwm56d:8443/%E5%9B%BE.png?%E5%90%8D=%E8%8A%B1"),
        ("https://example.com/花%20.png", "https://example.com/%E8%8A%B1%20.png"),
    ],
)  # fmt: skip
def test_an_address_in_another_script_is_written_as_it_travels(written: str, sent: str) -> None:
    assert in_ascii(written) == sent
    assert may_be_handed_on(in_ascii(written), BEIJING)
