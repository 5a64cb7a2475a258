"""The demo's relative: her mother's yes is as the guide says and as the form takes it."""

from datetime import timedelta
from pathlib import Path

from hub import clock
from hub.demo.preparation import bring_a_relative, put_in_force
from hub.settings import Settings
from hub.store import relatives as store
from hub.store.db import connect
from rules.relatives import CATEGORIES, LONGEST


def test_the_yes_was_recorded_when_it_began_lasts_a_year_at_most_and_twice_is_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    site = put_in_force(settings, 75)
    address, _ = bring_a_relative(settings, site, 75)
    assert bring_a_relative(settings, site, 75)[0] == address
    connection = connect(settings.database)
    marit = store.of_email(connection, site.site, address)
    assert marit is not None
    consents = store.known(connection, marit).consents
    today = clock.now().astimezone(site.zone).date()
    assert sorted(c.category for c in consents) == sorted(CATEGORIES)
    for consent in consents:
        assert consent.valid_from == consent.recorded_at.astimezone(site.zone).date()
        assert consent.valid_from < today - timedelta(days=60), "weeks stand beside the weeks before"
        assert today < consent.valid_until < consent.valid_from + LONGEST
    assert [
        row[0] for row in connection.execute("SELECT count(*) FROM audit WHERE what LIKE 'relative %'")
    ] == [2]
    connection.close()


def test_in_a_house_that_is_new_she_follows_from_today(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    site = put_in_force(settings)
    address, _ = bring_a_relative(settings, site)
    connection = connect(settings.database)
    marit = store.of_email(connection, site.site, address)
    assert marit is not None
    today = clock.now().astimezone(site.zone).date()
    assert {c.valid_from for c in store.known(connection, marit).consents} == {today}
    connection.close()
