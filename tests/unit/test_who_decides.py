"""A house needs somebody who makes people, links and keys, and somebody who leads."""

from pathlib import Path

import pytest

from hub.doctor import on_who_decides
from hub.site.file import SiteFile, read_site
from tests.servers import ROOT

SITES = sorted((ROOT / "sites").glob("*.yaml"))


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.name)
def test_an_example_house_has_an_administrator_and_a_leader(path: Path) -> None:
    file = read_site(path.read_text("utf-8"), path.name)
    assert isinstance(file, SiteFile)
    assert list(on_who_decides(file.site)) == []


def test_the_doctor_says_where_a_house_has_nobody_who_can_decide() -> None:
    text = SITES[0].read_text("utf-8").replace("role: administrator", "role: carer")
    file = read_site(text.replace("role: leader", "role: carer"), "x")
    assert isinstance(file, SiteFile)
    said = [remark.what for remark in on_who_decides(file.site)]
    assert ["no administrator" in said[0], "no leader" in said[1]] == [True, True]
