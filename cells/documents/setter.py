"""The typesetter. As a program: template and fonts as arguments, data in, PDF out."""

import sys
from pathlib import Path
from typing import cast

import typst


def compiler(template: Path, fonts: Path) -> typst.Compiler:
    """Return what sets `template`, with the letters of `fonts` alone."""
    return typst.Compiler(
        input=template, root=template.parent, font_paths=[fonts], ignore_system_fonts=True
    )


def compiled(setter: typst.Compiler, document: str) -> bytes:
    """Set a document; the template reads it as JSON."""
    return cast(bytes, setter.compile(sys_inputs={"document": document}, format="pdf"))


if __name__ == "__main__":
    template, fonts = (Path(argument) for argument in sys.argv[1:3])
    data = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(compiled(compiler(template, fonts), data))
