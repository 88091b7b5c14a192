"""Identifiers of electronic licences: those of published examples, and what is none."""

import pytest

from app.licences.errors import IdentifierWrong
from app.licences.identifier import OID, check_character, identifier_of, parse

PUBLISHED = [
    "11100000000013338W011.11430000006122244L.20230000403.001.U",
    "11100000000013338W011.11430000006122244L.20230000403.002.S",
    "11100000000013338W009.11330105002500287C.2025052201.002.0",
    "11100000MB03271699022.340100.000000016.001.9",
    "11100000000013338W032.11220000013544541J.2430599.001.F",
]
"""Found in documents of the national platform and of provinces."""


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_examples(text):
    found = parse(text)
    assert str(found) == f"{OID}.{text}"
    assert parse(f" {OID}.{text.lower()} ") == found
    assert check_character(text.rpartition(".")[0]) == found.check
    made = identifier_of(found.type_code, found.issuer, found.serial, found.version)
    assert made == found


@pytest.mark.parametrize("text", PUBLISHED)
def test_any_other_check_character_is_wrong(text):
    for other in set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {text[-1]}:
        with pytest.raises(IdentifierWrong):
            parse(text[:-1] + other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.156.3005.2",
        "1.2.156.3005.3." + PUBLISHED[0],
        PUBLISHED[0].replace("004", "005"),
        PUBLISHED[0].replace("20230000403", "20230004003"),
        PUBLISHED[0].replace("20230000403", ""),
        PUBLISHED[0].replace(".001.", ".1."),
        PUBLISHED[0].replace("L", "张"),
        # passed about as an example of a federal interface; its check character is another's
        "11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
    ],
)
def test_what_is_no_identifier(text):
    with pytest.raises(IdentifierWrong):
        parse(text)
