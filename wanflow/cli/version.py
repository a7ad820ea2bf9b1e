"""Which wanflow this is."""

from importlib.metadata import PackageNotFoundError, version


def wanflow_version() -> str:
    """Give the installed version, or `0+checkout` where nothing is installed."""
    try:
        return version("wanflow")
    except PackageNotFoundError:
        return "0+checkout"
