"""What a file is, told by its content; its name only has to fit."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

HEAD = 4096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Brands of still pictures in the container that phones write.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# A document of our kind has some dozens of parts; these bound what opening one may cost.
PARTS_AT_MOST = 3000
UNPACKED_AT_MOST = 400 * 1024 * 1024
SWELLS_AT_MOST = 200


class UnknownFileError(ValueError):
    """The content is none of the kinds, or hides something; the message says what to do."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class FileKind:
    """One kind of file: its media type, the endings that fit it, what people call it."""

    code: str
    media_type: str
    endings: tuple[str, ...]
    name: str
    # A browser shows it safely: a picture of a format that runs nothing.
    is_picture: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    kind.code: kind
    for kind in (
        FileKind("pdf", "application/pdf", ("pdf",), "PDF"),
        FileKind("jpeg", "image/jpeg", ("jpg", "jpeg", "jfif"), "ảnh JPEG", is_picture=True),
        FileKind("png", "image/png", ("png",), "ảnh PNG", is_picture=True),
        FileKind("webp", "image/webp", ("webp",), "ảnh WEBP", is_picture=True),
        FileKind("heic", "image/heic", ("heic", "heif"), "ảnh HEIC"),
        FileKind("docx", f"{_OFFICE}.wordprocessingml.document", ("docx",), "Word"),
        FileKind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), "Excel"),
        FileKind("doc", "application/msword", ("doc",), "Word đời cũ"),
        FileKind("xls", "application/vnd.ms-excel", ("xls",), "Excel đời cũ"),
    )
}
ACCEPTED = "PDF, ảnh (JPG, PNG, HEIC, WEBP), Word, Excel"
ENDINGS = tuple(f".{ending}" for kind in KINDS.values() for ending in kind.endings)


def kind_of(file: BinaryIO, name: str) -> FileKind:
    """Return the kind of a file. Raises UnknownFileError where its name promises another."""
    kind = KINDS[_sniff(file)]
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending and ending not in kind.endings:
        raise UnknownFileError(
            f"Nội dung là {kind.name} nhưng tên tệp kết thúc bằng “.{ending}”."
            f" Hãy lưu lại đúng loại (.{kind.endings[0]}) rồi tải lên."
        )
    return kind


def _sniff(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(HEAD)
    for is_one, tell in _SIGNS:
        if is_one(head):
            return tell(file)
    raise UnknownFileError(f"Tệp không thuộc loại nhận được. Hãy dùng {ACCEPTED}.")


def _plain(code: str) -> Callable[[BinaryIO], str]:
    return lambda file: code


def _is_pdf(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-")


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS


def _starts(signature: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signature)


def _tell_zip(file: BinaryIO) -> str:
    """Look at the list of parts only: nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnknownFileError("Tệp bị hỏng, không mở được. Hãy lưu lại rồi tải lên.") from error
    names = {part.filename for part in parts}
    code = "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""
    if not code or "[Content_Types].xml" not in names:
        raise UnknownFileError("Không nhận tệp nén. Hãy tải lên từng tệp bên trong.")
    if any(part.flag_bits & 1 for part in parts):
        raise UnknownFileError("Tệp đặt mật khẩu nên không ai mở được. Hãy bỏ mật khẩu.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnknownFileError("Tệp có macro. Hãy lưu lại dạng không có macro hoặc PDF.")
    unpacked, packed = (sum(getattr(part, size) for part in parts) for size in _SIZES)
    if len(parts) > PARTS_AT_MOST or unpacked > min(
        UNPACKED_AT_MOST, max(packed, HEAD) * SWELLS_AT_MOST
    ):
        raise UnknownFileError("Tệp nén quá chặt, mở ra quá lớn. Hãy lưu lại dạng PDF.")
    return code


_SIZES = ("file_size", "compress_size")


def _tell_ole(file: BinaryIO) -> str:
    """Tell by the names of the streams, which stand in the file as UTF-16."""
    file.seek(0)
    content = file.read()
    held = [code for code, stream in _STREAMS if stream.encode("utf-16-le") in content]
    if "locked" in held:
        raise UnknownFileError("Tệp đặt mật khẩu nên không ai mở được. Hãy bỏ mật khẩu.")
    if not held:
        raise UnknownFileError(f"Tệp không thuộc loại nhận được. Hãy dùng {ACCEPTED}.")
    return held[0]


_STREAMS = (
    ("locked", "EncryptedPackage"),
    ("doc", "WordDocument"),
    ("xls", "Workbook"),
    ("xls", "Book\0"),
)
_SIGNS: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO], str]], ...] = (
    (_is_pdf, _plain("pdf")),
    (_starts(b"\xff\xd8\xff"), _plain("jpeg")),
    (_starts(b"\x89PNG\r\n\x1a\n"), _plain("png")),
    (_is_webp, _plain("webp")),
    (_is_heic, _plain("heic")),
    (_starts(b"PK\x03\x04"), _tell_zip),
    (_starts(OLE), _tell_ole),
)
