"""XML that somebody else wrote, read without what could make it grow or lead elsewhere."""

import xml.etree.ElementTree as ET  # for its types; what others wrote is read by defusedxml

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from bot.exchange.drafts import LeftOut


def root_of(text: str) -> ET.Element | LeftOut:
    """The outermost element of a file, or why it is not read."""
    try:
        return Safe.fromstring(text.encode(), forbid_dtd=False)
    except DefusedXmlException:
        return LeftOut("line 1", "XML with entities of its own, which is not read")
    except (ET.ParseError, RecursionError, ValueError, LookupError) as problem:  # an encoding that there is not
        return LeftOut(f"line {getattr(problem, 'position', (1, 0))[0]}", "no valid XML")
