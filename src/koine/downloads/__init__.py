"""Handing out the bytes of files to whoever shows a link, and the icons that stand for them."""
