"""Refusals in the shape of Discord's own (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json)."""

from typing import Any

UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
UNKNOWN_ROLE = (404, 10011, "Unknown Role")
UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
UNKNOWN_EVENT = (404, 10070, "Unknown Guild Scheduled Event")
UNAUTHORIZED = (401, 0, "401: Unauthorized")
ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
FILE_TOO_LARGE = (413, 40005, "Request entity too large")
TOO_MANY_FOLLOW_UPS = (400, 40094, "This interaction has hit the maximum number of follow up messages")
MISSING_ACCESS = (403, 50001, "Missing Access")
NOT_THE_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
THREAD_EXISTS = (400, 160004, "A thread has already been created for this message")
INVALID_TOKEN = (401, 50027, "Invalid Webhook Token")


class ApiError(Exception):
    """A request that is answered with an error body."""

    def __init__(self, kind: tuple[int, int, str], errors: dict[str, Any] | None = None) -> None:
        super().__init__(kind[2])
        self.status, self.code, self.message = kind
        self.errors = errors

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        return body | {"errors": self.errors} if self.errors else body


class FormFaults:
    """Collects what is wrong with a body, by its path, as Discord reports it (code 50035)."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Note a fault at ``path``."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: tuple[str | int, ...], value: Any, low: int, high: int, *, required: bool = True) -> None:
        """Check that ``value`` is text of ``low`` to ``high`` characters."""
        if value is None and not required:
            return
        if not isinstance(value, str):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def number(self, path: tuple[str | int, ...], value: Any, low: int, high: int) -> None:
        """Check that ``value``, if given, is a whole number from ``low`` to ``high``."""
        if value is not None and not (isinstance(value, int) and low <= value <= high):
            self.add(path, "NUMBER_TYPE_RANGE", f"int value should be between {low} and {high}.")

    def count(self, path: tuple[str | int, ...], value: Any, low: int, high: int) -> bool:
        """Check that ``value`` is a list of ``low`` to ``high`` entries; says whether it is."""
        if not isinstance(value, list) or not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
            return False
        return True

    def raise_if_any(self) -> None:
        """Raise ApiError when anything was noted."""
        if self._tree:
            raise ApiError((400, 50035, "Invalid Form Body"), self._tree)
