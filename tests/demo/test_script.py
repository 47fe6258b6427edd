"""The demo's talks are read as they are written down, and what cannot be read is said with its subject."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from koine.demo import script
from koine.demo.script import Talk

SCENE = """What stands before the first subject is for people.

== The lamp hums
with rosalind2 | by email | ended 1h30m | to mary from linus | tags brass, warranty
> It hums since Tuesday.

  > quoted
<mary {+2h, file a.pdf, file b.png, failed No such address.} Is it the dimmer?
^ +1 linus ada
^ heart mary
!linus @mary we had that before.
% Not yet
%!linus nor this
*mary {in 3h} Later.

==
with otto | ended 5m
>
  only from the second line on
"""


@pytest.fixture
def talks(tmp_path: Path) -> list[Talk]:
    file = tmp_path / "talks.txt"
    file.write_text(SCENE, encoding="utf-8")
    return script.read(file)


def test_a_talk_has_its_facts_and_its_lines(talks: list[Talk]) -> None:
    first, second = talks
    assert (first.subject, second.subject) == ("The lamp hums", "")
    assert first.facts["with"] == "rosalind"
    assert first.facts["to"] == "mary from linus"
    assert [line.kind for line in first.lines] == ["in", "out", "note", "reply draft", "note draft", "later"]
    assert [line.who for line in first.lines] == ["", "mary", "linus", "", "linus", "mary"]
    assert first.lines[0].text == "It hums since Tuesday.\n\n> quoted"
    assert second.lines[0].text == "only from the second line on"


def test_what_is_in_braces_belongs_to_the_line(talks: list[Talk]) -> None:
    line = talks[0].lines[1]
    assert line.after == timedelta(hours=2)
    assert line.files == ["a.pdf", "b.png"]
    assert line.facts["failed"] == "No such address."
    assert line.chosen == [("+1", "linus"), ("+1", "ada"), ("heart", "mary")]
    assert talks[0].lines[0].after is None


def test_a_stretch_of_time_has_a_number_and_a_unit() -> None:
    assert script.span("2d4h") == timedelta(days=2, hours=4)
    with pytest.raises(ValueError, match="no stretch"):
        script.span("soon")


def test_what_cannot_be_read_is_said_with_its_subject(tmp_path: Path) -> None:
    file = tmp_path / "talks.txt"
    file.write_text("== The lamp\nwith otto | ended 5m\nIt hums.\n", encoding="utf-8")
    with pytest.raises(ValueError, match="The lamp: cannot read 'It hums\\.'"):
        script.read(file)
