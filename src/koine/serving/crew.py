"""Several processes that serve on one socket, and the parent that looks after them."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from koine.serving.databases import Reached, connections
from koine.serving.failures import KeepsFailing
from koine.serving.orders import Orders, Serving
from koine.serving.saying import warn
from koine.serving.stopping import Stop
from koine.settings import Settings

GRACE = 2.6  # seconds for the workers to end after they were asked to
TRIES = 5  # starts of workers that fail one after the other before we give up
PAUSE = 0.5  # seconds before a place is filled again whose worker did not even start


@dataclass(eq=False, slots=True)
class Worker:
    """A process that serves; it says on the pipe `said` when it is ready, and closes it when it ends.

    One of them `works`: it also does what goes on behind the requests.
    """

    process: subprocess.Popen[bytes]
    said: int
    works: bool
    ready: bool = False


@dataclass(eq=False, slots=True)
class Crew:
    """So many workers, for as long as the database runs and nobody asks us to stop; one of them `works`, if wanted."""

    size: int
    listening: socket.socket
    settings: Settings
    reached: Reached
    stop: Stop
    works: bool = True
    _workers: list[Worker] = field(default_factory=list)
    _failed: int = 0

    def serve(self, ready: Callable[[], None]) -> None:
        """Keep all places filled. `ready` is called once, when every worker answers. Raises KeepsFailing."""
        announced = False
        with self._watching() as watched:
            try:
                while not self.stop.asked and self.reached.alive:
                    while len(self._workers) < self.size:
                        self._hire(watched)
                    self._heed(watched)
                    if not announced and len(self._workers) == self.size and all(it.ready for it in self._workers):
                        announced = True
                        ready()
            finally:
                self._dismiss()

    @contextlib.contextmanager
    def _watching(self) -> Iterator[selectors.BaseSelector]:
        """Everything that can happen to us: a signal, the end of the database, a word or the end of a worker."""
        with contextlib.ExitStack() as closing:
            watched = closing.enter_context(selectors.DefaultSelector())
            heard, signalled = os.pipe()
            closing.callback(os.close, heard)
            closing.callback(os.close, signalled)
            os.set_blocking(heard, False)
            os.set_blocking(signalled, False)
            closing.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(signalled, warn_on_full_buffer=False))
            watched.register(heard, selectors.EVENT_READ)
            if self.reached.running is not None:
                server = os.pidfd_open(self.reached.running.address.pid)
                closing.callback(os.close, server)
                watched.register(server, selectors.EVENT_READ)
            closing.enter_context(self.stop.told(lambda: None))
            yield watched

    def _hire(self, watched: selectors.BaseSelector) -> None:
        fd = self.listening.fileno()
        works = self.works and not any(worker.works for worker in self._workers)
        serving = Serving(self.reached.app, self.settings, connections(self.size), works)
        orders = Orders(os.getpid(), fd, serving)
        for_us, for_worker = os.pipe()
        told, tells = os.pipe()
        with contextlib.ExitStack() as closing:
            for end in (for_worker, told, tells):
                closing.callback(os.close, end)
            os.write(tells, orders.written())  # shorter than what a pipe holds
            # A session of its own: a Ctrl-C in the terminal is for us alone.
            command = [sys.executable, "-P", "-m", "koine.serving.worker"]
            process = subprocess.Popen(command, stdin=told, stdout=for_worker, pass_fds=[fd], start_new_session=True)
        worker = Worker(process, for_us, works)
        self._workers.append(worker)
        watched.register(for_us, selectors.EVENT_READ, worker)

    def _heed(self, watched: selectors.BaseSelector) -> None:
        """Wait until something happens, and notice who has become ready and who has ended."""
        for key, _ in watched.select():
            worker = key.data
            if worker is None:
                continue
            if os.read(worker.said, 100):
                worker.ready, self._failed = True, 0
            else:
                watched.unregister(worker.said)
                os.close(worker.said)
                self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        """Take note of a worker's end; its place is filled again, but not for ever."""
        code = worker.process.wait()
        self._workers.remove(worker)
        if self.stop.asked or not self.reached.alive:
            return
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        if not worker.ready:
            self._failed += 1
            if self._failed >= TRIES:
                raise KeepsFailing(f"The processes that serve end before they can answer; the last one {how}.")
            time.sleep(PAUSE)
        warn(f"Worker {worker.process.pid} {how}; another takes its place.")

    def _dismiss(self) -> None:
        """Ask all to end, and make those who do not."""
        for worker in self._workers:
            os.close(worker.said)
            worker.process.terminate()
        deadline = time.monotonic() + GRACE
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
