"""Where the bytes of files lie: a folder, or a bucket."""

from koine.storage.storage import Blob, Storage, StorageFailed, new_key

__all__ = ["Blob", "Storage", "StorageFailed", "new_key"]
