"""Files added to a case: one step each, and no bytes without a row."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from cases import actions
from cases.models import Attachment
from tests.cases.sample_files import files_in, own_disk
from tests.world import World


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Path:
    return own_disk(tmp_path, settings)


def text_file(name: str = "trace.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"hop 1\nhop 2\n", "text/plain")


def test_each_file_is_a_step_of_its_own_and_the_text_goes_with_the_first(world: World) -> None:
    case = world.filed()
    actions.attach_file(
        viewer=world.viewer("casey"),
        case=case,
        uploads=[text_file("a.txt"), text_file("b.txt")],
        text="Both from the edge",
        token=uuid4(),
    )
    world.work()
    effects = world.played.effects("file")
    assert [effect["file"]["name"] for effect in effects] == ["a.txt", "b.txt"]
    said = [effect["body"]["comment"].splitlines()[:-1] for effect in effects]
    assert said == [["Both from the edge"], []]


def test_the_same_form_sent_twice_keeps_each_file_once(world: World, disk: Path) -> None:
    case = world.filed()
    token = uuid4()
    for _ in range(2):
        actions.attach_file(
            viewer=world.viewer("casey"), case=case, uploads=[text_file()], text="", token=token
        )
    assert Attachment.objects.count() == 1
    assert len(files_in(disk)) == 1


def test_one_refused_file_keeps_none_of_its_form(world: World, disk: Path) -> None:
    case = world.filed()
    program = SimpleUploadedFile("fix.exe", b"MZ" + bytes(200))
    with pytest.raises(actions.Rejected, match=r"fix\.exe"):
        actions.attach_file(
            viewer=world.viewer("casey"),
            case=case,
            uploads=[text_file(), program],
            text="",
            token=uuid4(),
        )
    assert Attachment.objects.count() == 0
    assert files_in(disk) == []
