"""What is sealed opens under the keys it should, and nowhere else."""

import pytest
from cryptography.exceptions import InvalidTag

from app.core.sealing import KeyUnknown, Seal

OLD, NEW, OTHER = (bytes([n]) * 32 for n in (1, 2, 3))
COLUMN = "people.id_number"


def test_the_first_key_seals_and_each_opens():
    before, both = Seal([OLD], OLD), Seal([NEW, OLD], OLD)
    old, new = before.seal(COLUMN, "王𠮷"), both.seal(COLUMN, "王𠮷")
    assert both.open(COLUMN, old) == both.open(COLUMN, new) == "王𠮷"
    assert old.startswith(both.heads[1])
    assert new.startswith(both.heads[0])
    with pytest.raises(KeyUnknown, match=new[:2].hex()):
        before.open(COLUMN, new)
    assert Seal([NEW], OLD).open(COLUMN, both.reseal(COLUMN, old)) == "王𠮷"


def test_files_are_sealed_as_they_are():
    seal = Seal([OLD], OLD)
    assert seal.open_bytes(COLUMN, seal.seal_bytes(COLUMN, bytes(range(256)))) == bytes(range(256))


def test_a_value_opens_in_its_own_column_only_and_unchanged():
    seal = Seal([OLD], OLD)
    sealed = seal.seal(COLUMN, "110105")
    for purpose, value in ((COLUMN + ":2", sealed), (COLUMN, sealed[:-1] + b"x")):
        with pytest.raises(InvalidTag):
            seal.open(purpose, value)


def test_people_are_found_by_the_index_key_whatever_seals_them():
    index = Seal([OLD], OLD).find(COLUMN, "110105")
    assert Seal([NEW, OLD], OLD).find(COLUMN, "110105") == index
    assert Seal([NEW], NEW).find(COLUMN, "110105") != index


def test_what_an_earlier_version_sealed_opens():
    """Made by the version that knew one key only."""
    seal = Seal([bytes.fromhex("5a" * 32)], bytes.fromhex("5a" * 32))
    assert seal.open(COLUMN, bytes.fromhex(SEALED_BEFORE)) == "11010519491231002X"
    assert seal.find(COLUMN, "11010519491231002X") == INDEXED_BEFORE


SEALED_BEFORE = (
    "0168000102030405060708090a0bf6bda748eb7323c370d3900a738d516b773c7f68dcd6c35ed89a"
    "a786715289f20075"
)
INDEXED_BEFORE = "bae4b5a115d303127276e763a71a613731844a3938d80711ea173dab2eb733a4"
