"""What is said in rules/wording, found by reading the source: each pair of texts is (bokmål, English). And
the words by which bokmål is told from nynorsk.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from rules.wording import reasons

ROOT = Path(__file__).parents[1]
WORDING = ROOT / "rules" / "wording"


def pairs(source: str) -> Iterator[tuple[str, str]]:
    """Every tuple of two texts, but those that are gone through or looked in: `in ("window", "clock")`."""
    tree = ast.parse(source)
    asked = {
        id(side)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.For)
        for side in (node.comparators if isinstance(node, ast.Compare) else [node.iter])
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and id(node) not in asked:
            texts = [text.value for text in node.elts if isinstance(text, ast.Constant)]
            match texts:
                case [str(bokmål), str(english)] if len(node.elts) == 2:
                    yield bokmål, english


def bokmål_of(module: str) -> list[str]:
    """The bokmål of one module of rules/wording, each once, in its order. Empty ones are left out."""
    source = (WORDING / f"{module}.py").read_text("utf-8")
    if module == "reasons":
        return list(dict.fromkeys([*reasons.WORDS, *_asked_of_say(source)]))
    return list(dict.fromkeys(nb for nb, _ in pairs(source) if nb.strip()))


def _asked_of_say(source: str) -> Iterator[str]:
    """`say("; ventet")`: what is said in the middle of a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            match node.args:
                case [ast.Constant(value=str(bokmål))]:
                    yield bokmål


def modules() -> list[str]:
    return sorted(
        file.stem for file in WORDING.glob("*.py") if file.stem not in ("__init__", "voice", "nynorsk")
    )


BOKMÅL_ALONE = frozenset(
    """
    adressen allerede annen annet ansatt ansatte antall avdelingen avdelinger beboer beboere beboeren
    beboerne begynner begynt bekreftet bevegelse bilde bilder ble blitt brukernavn brukes da dagene
    dager dem dere egen endres endret enhet enheten enheter et finnes fjernet flere forrige fortsatt fra
    fremme ganger gjør gjøre hele hentet hjem hjemme hullet hva hvem hver hvert hvilke hvilken hvor
    hvordan hvorfor høy høyst høyt ikke jeg kjøkkenet kommer lagres lagret lav lavt lederen lenke lenken
    logget lukket mangler meldingen meldinger mer minutter mulig mye måned måneden natten navn navnet
    nettleseren noe noen personvernombud prøven reglene regler regnes selv sensorene sensorer sier
    slettes slettet steder stedet tallene tatt tekniker teknikeren timer trenger trengs trolig uka uke
    uken uker uten vakten vanligvis vann varslene varsler varsles varslingen vei vet vindu
    vinduet virker vises være vært åpen åpent åpnet årsaken
    """.split()  # noqa: SIM905
)
"""Words of bokmål that nynorsk does not have."""


def bokmål_in(text: str) -> set[str]:
    """The words of bokmål in a text that should be nynorsk."""
    return set(re.findall(r"(?<![#\w])[a-zæøåéèòóô]+(?!\w)", text.lower())) & BOKMÅL_ALONE
