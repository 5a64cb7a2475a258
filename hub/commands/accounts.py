"""`vaka accounts FOLDER`: the broker's accounts and access list, from the site's gateways and devices."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.mqtt.accounts import accounts_of, with_passwords
from hub.settings import read_settings
from hub.site.file import SiteFile, read_held, read_site_bytes
from hub.site.installed import installed_database
from hub.store import sites

ACL, PASSWORDS = "acl", "passwords"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the broker finds them; it holds secrets")
    parser.add_argument("--file", type=Path, help="a site file (else the site in force)")
    parser.add_argument(
        "--renew", action="append", default=[], metavar="NAME", help="a new password for this account"
    )
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: written; 1: nothing was changed, and why was said."""
    found = _site_file(arguments)
    if not isinstance(found, SiteFile):
        print(*found, sep="\n", file=sys.stderr)
        return 1
    accounts = accounts_of(found.site)
    unknown = [name for name in arguments.renew if name not in accounts.names]
    if unknown:
        print(
            f"there is no account {unknown[0]!r}; expected one of {', '.join(accounts.names)}",
            file=sys.stderr,
        )
        return 1
    arguments.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = _passwords(arguments.folder / PASSWORDS)
    known = {name: password for name, password in before.items() if name not in arguments.renew}
    after = with_passwords(accounts.names, known)
    _write(arguments.folder / PASSWORDS, "".join(f"{name}:{password}\n" for name, password in after.items()))
    _write(arguments.folder / ACL, accounts.acl)
    for address, why in accounts.without.items():
        print(f"no account for {address}: {why}")
    new, gone = len(after.keys() - known.keys()), len(before.keys() - after.keys())
    print(f"accounts: {len(after)}, new passwords: {new}, gone: {gone}")
    print(f"{arguments.folder / PASSWORDS} has the passwords; start the broker again to put them in force")
    return 0


def _site_file(arguments: argparse.Namespace) -> SiteFile | list[object]:
    if arguments.file is not None:
        read = read_site_bytes(arguments.file.read_bytes(), str(arguments.file))
    else:
        settings = read_settings().with_data(arguments.data)
        connection = installed_database(settings)
        try:
            read = read_held(sites.in_force(connection, arguments.site or settings.site).document)
        finally:
            connection.close()
    return read if isinstance(read, SiteFile) else list(read)


def _passwords(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = [line.rpartition(":") for line in file.read_text().splitlines() if line]
    return {name: password for name, _, password in lines}


def _write(file: Path, text: str) -> None:
    """Whole or not at all. Only the folder is closed: the broker's own user must be able to read them."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.replace(file)
