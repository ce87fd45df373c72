"""A file is what its content says, and its name has to fit."""

import io
import zipfile

import pytest

from cells import file_kinds
from cells.file_kinds import UnknownFileError, kind_of

PDF = b"%PDF-1.7\n"
JPEG = b"\xff\xd8\xff\xe0 ..."
PNG = b"\x89PNG\r\n\x1a\n ..."
WEBP = b"RIFF\x10\0\0\0WEBPVP8 "
HEIC = b"\0\0\0\x18ftypheic"
OLE = file_kinds.OLE + b"\0" * 600
WORD = "word/document.xml"


def packed(*names, content=b"x", **kwargs):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, content, **kwargs)
    return file.getvalue()


def stream(name):
    return OLE + name.encode("utf-16-le")


def kind(content, name):
    return kind_of(io.BytesIO(content), name).code


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (PDF, "qd.pdf", "pdf"),
        (b"\xef\xbb\xbf\n" + PDF, "qd.PDF", "pdf"),
        (JPEG, "anh.jpg", "jpeg"),
        (JPEG, "anh.JPEG", "jpeg"),
        (PNG, "anh.png", "png"),
        (WEBP, "anh.webp", "webp"),
        (HEIC, "IMG_0001.HEIC", "heic"),
        (packed(WORD), "bb.docx", "docx"),
        (packed("xl/workbook.xml"), "ds.xlsx", "xlsx"),
        (stream("WordDocument"), "bb.doc", "doc"),
        (stream("Workbook"), "ds.xls", "xls"),
        (stream("Book\0"), "ds.xls", "xls"),
        (PDF, "khong-co-duoi", "pdf"),
    ],
)
def test_kind_is_told_by_the_content(content, name, code):
    assert kind(content, name) == code


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "rong.pdf"),
        (b"<html><script>alert(1)</script>", "trang.html"),
        (b"<svg onload='alert(1)'>", "anh.svg"),
        (b"MZ\x90\0", "may.pdf"),
        (b"GIF89a", "anh.gif"),
        (b"\0\0\0\x18ftypmp42", "phim.heic"),
        (b"RIFF\x10\0\0\0AVI ", "phim.webp"),
        (b"PK\x03\x04 hong", "bb.docx"),
        (OLE, "khac.doc"),
    ],
)
def test_unknown_content_is_refused_whatever_its_name(content, name):
    with pytest.raises(UnknownFileError):
        kind(content, name)


@pytest.mark.parametrize(
    ("content", "name"), [(PDF, "anh.jpg"), (JPEG, "qd.pdf"), (packed(WORD), "ds.xlsx")]
)
def test_name_of_another_kind_is_refused(content, name):
    with pytest.raises(UnknownFileError, match="Nội dung là"):
        kind(content, name)


def test_plain_archive_is_refused():
    with pytest.raises(UnknownFileError, match="tệp nén"):
        kind(packed("bien-ban.pdf"), "goi.zip")


def test_document_with_macros_is_refused():
    with pytest.raises(UnknownFileError, match="macro"):
        kind(packed(WORD, "word/vbaProject.bin"), "bb.docx")


def test_locked_document_is_refused_old_and_new():
    whole = bytearray(packed(WORD))
    whole[whole.rfind(b"PK\x01\x02") + 8] |= 1
    for content, name in ((stream("EncryptedPackage"), "bb.doc"), (bytes(whole), "bb.docx")):
        with pytest.raises(UnknownFileError, match="mật khẩu"):
            kind(content, name)


def test_document_that_swells_beyond_measure_is_refused(monkeypatch):
    content = packed(WORD, content=b"0" * 1_000_000)
    with pytest.raises(UnknownFileError, match="quá lớn"):
        kind(content, "bb.docx")
    monkeypatch.setattr(file_kinds, "SWELLS_AT_MOST", 2000)
    assert kind(content, "bb.docx") == "docx"


def test_document_of_too_many_parts_is_refused(monkeypatch):
    content = packed(WORD)
    monkeypatch.setattr(file_kinds, "PARTS_AT_MOST", 2)
    assert kind(content, "bb.docx") == "docx"
    monkeypatch.setattr(file_kinds, "PARTS_AT_MOST", 1)
    with pytest.raises(UnknownFileError, match="quá lớn"):
        kind(content, "bb.docx")
