"""A file for libhdf5 to write to that never lets it see an error.

After a failed write libhdf5 cannot close a file and crashes the process at exit. The sink keeps
the system's first error for our own code to raise, and pretends success to libhdf5 from then on.
Memory stays bounded, unlike with an image built in memory, and all disk access goes through
`osfs`.
"""

from __future__ import annotations

import io
import os

from phasesim.store.durable import write_all


class Sink(io.RawIOBase):
    """A seekable binary file over a descriptor it does not own.

    Args:
        fd: An empty file opened for reading and writing.

    Attributes:
        error: The first error the system answered, or None.
    """

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self._position = 0
        self._size = 0
        self.error: OSError | None = None

    def check(self) -> None:
        """Raise the error libhdf5 was not told of."""
        if self.error is not None:
            raise self.error

    def readable(self) -> bool:
        """True: libhdf5 reads metadata back."""
        return True

    def writable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The position of the next read or write."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; see `io.IOBase.seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def truncate(self, size: int | None = None) -> int:
        """Note the size; bytes never written read as zeros anyway."""
        self._size = self._position if size is None else size
        return self._size

    def write(self, data) -> int:
        """Write at the position; after an error, only pretend to."""
        view = memoryview(data).cast("B")
        if self.error is None:
            try:
                write_all(self._fd, view, self._position)
            except OSError as error:
                self.error = error
        self._position += len(view)
        self._size = max(self._size, self._position)
        return len(view)

    def readinto(self, buffer) -> int:
        """Fill the buffer from the position, with zeros where nothing was written."""
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._size - self._position))
        data = b""
        try:
            os.lseek(self._fd, self._position, os.SEEK_SET)
            while len(data) < count and (block := os.read(self._fd, count - len(data))):
                data += block
        except OSError as error:
            self.error = self.error or error
        view[:count] = data.ljust(count, b"\0")
        self._position += count
        return count
