"""The files of the hosts that a script runs on: nothing is known of them but when they may have changed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from checklist.shell.constraints import Predicate


@dataclass(slots=True)
class FileSystem:
    """Versions of the files and folders of each host."""

    _files: dict[str, object] = field(default_factory=dict)
    _folders: dict[str, object] = field(default_factory=dict)

    def change(self, host: str, *, removes: bool) -> None:
        """Its files are no longer what they were: a command may have changed them, or others in the time that went by.

        A folder is still there unless it is the command's business to take something away: nobody deploys where others
        do.
        """
        self._files[host] = object()
        if removes:
            self._folders[host] = object()

    def version(self, host: str) -> object:
        """Tells the files of a host from what they were before."""
        return self._files.setdefault(host, object())

    def has_folder(self, host: str, path: Hashable) -> Predicate:
        """Whether a folder is there."""
        return Predicate(("there", host, self._folders.setdefault(host, object()), path))
