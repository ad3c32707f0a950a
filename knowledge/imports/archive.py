"""Zip files from anywhere, looked at before anything is unpacked: bombs, passwords, macros, XML that is a trap."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.handler import ContentHandler

import defusedxml.sax  # type: ignore[import-untyped]  # it comes without types
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from knowledge.imports.base import RefusedFile

MOST_FILES = 6_000
MOST_UNPACKED = 80 * 1024 * 1024
MOST_RATIO = 150  # of texts that people wrote it is about ten
SMALL = 1024 * 1024  # what unpacks to less is harmless whatever its ratio
_MACROS = ("vbaproject.bin", "vbadata.xml")

BROKEN = "文件坏了，打不开。请重新保存一次再上传。"
BOMB = "文件解开来太大，没有读。请用下载的模板另存一份，只留要导入的内容。"
PASSWORD = "文件设了密码，打不开。请去掉密码，另存一份再上传。"  # noqa: S105 - a sentence about one
MACROS = "文件里有宏，不能导入。请另存为不带宏的 .xlsx 或 .docx。"
REFERS = "文件里有不该有的引用，为了安全没有读。请把内容复制到下载的模板里再上传。"


def opened(data: bytes) -> zipfile.ZipFile:
    """Open a zip file that may be read.

    Sizes are those that the file states: `zipfile` never unpacks more than that of a member.

    Raises:
        RefusedFile: it is broken, locked, or a trap.
    """
    try:
        held = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise RefusedFile(BROKEN) from None
    members = held.infolist()
    if any(member.flag_bits & 0x1 for member in members):
        raise RefusedFile(PASSWORD)
    if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise RefusedFile(BOMB)
    if any(m.file_size > SMALL and m.file_size > MOST_RATIO * max(m.compress_size, 1) for m in members):
        raise RefusedFile(BOMB)
    if any(member.filename.rpartition("/")[2].lower() in _MACROS for member in members):
        raise RefusedFile(MACROS)
    return held


def member(held: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one member.

    Raises:
        RefusedFile: it is broken.
    """
    try:
        return held.read(name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, KeyError):
        raise RefusedFile(BROKEN) from None
    except Exception as error:
        raise RefusedFile(BROKEN) from error


def guarded(held: zipfile.ZipFile) -> None:
    """Read all XML of an office file once with a reader that allows no document type: no entities, nothing external.

    What comes after may use any reader. openpyxl and python-docx have guards of their own, which are not relied on.

    Raises:
        RefusedFile: some XML declares a document type, or is none.
    """
    for name in _documents(held.namelist()):
        try:
            defusedxml.sax.parseString(
                member(held, name), ContentHandler(), forbid_dtd=True, forbid_entities=True, forbid_external=True
            )
        except DefusedXmlException:
            raise RefusedFile(REFERS) from None
        except ValueError as error:  # what expat says of XML that is none is a ValueError or a SAXException
            raise RefusedFile(BROKEN) from error
        except RefusedFile:
            raise
        except Exception as error:
            raise RefusedFile(BROKEN) from error
    if b"macroEnabled" in member(held, "[Content_Types].xml"):
        raise RefusedFile(MACROS)


def _documents(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if name.lower().endswith((".xml", ".rels", ".vml")))
