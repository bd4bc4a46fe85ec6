"""The embedded PostgreSQL: starts, survives a kill, is shared, and goes with its last user."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded import EmbeddedError, EmbeddedPostgres
from config.home import ROOT

pytestmark = pytest.mark.slow

# Another user of the same cluster: holds it until its standard input closes.
HOLD = """
import sys
from pathlib import Path
from config.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False).start()
print("holding", flush=True)
sys.stdin.read()
print(server.stop_if_last(), flush=True)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not tmp_path: pytest closes that to everybody, and as root the server is somebody else.
    folder = Path(tempfile.mkdtemp(prefix="granary-test-"))
    folder.chmod(0o755)
    yield folder / "home" / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def server(directory: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(directory, durable=False).start()
    yield server
    server.stop_if_last()


def connect(server: EmbeddedPostgres) -> psycopg.Connection:
    return psycopg.connect(
        host=str(server.socket_dir), user="postgres", password=server.password, dbname="postgres"
    )


class TestStart:
    def test_answers_with_a_version_that_the_schema_needs(self, server):
        with connect(server) as connection:
            assert connection.info.server_version >= 150000

    def test_needs_the_password(self, server):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(server.socket_dir), user="postgres", dbname="postgres")

    def test_listens_on_no_port(self, server):
        with connect(server) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)

    def test_keeps_its_files_to_itself(self, server):
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert stat.S_IMODE((server.directory / "superuser").stat().st_mode) == 0o600
        assert not stat.S_IMODE(server.directory.stat().st_mode) & 0o066

    def test_works_where_the_path_is_too_long_for_a_socket(self, directory: Path):
        deep = directory / ("long" * 30) / "postgres"
        server = EmbeddedPostgres(deep, durable=False).start()
        try:
            assert server.socket_dir != server.data
            with connect(server) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        finally:
            server.stop_if_last()
            shutil.rmtree(server.socket_dir)

    def test_says_so_when_its_programs_are_gone(self, server):
        server.stop_if_last()
        (server.data / "PG_VERSION").write_text("9\n")
        with pytest.raises(EmbeddedError, match="PostgreSQL 9"):
            EmbeddedPostgres(server.directory).start()


class TestKill:
    def test_a_killed_postmaster_comes_back_with_every_committed_row(self, server):
        with connect(server) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        postmaster = server.postmaster()
        assert postmaster is not None

        os.kill(postmaster, signal.SIGKILL)
        while server.postmaster() == postmaster:
            time.sleep(0.01)
        server.start()

        with connect(server) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


class TestUsers:
    def test_the_first_to_leave_leaves_it_running_for_the_second(self, server):
        with self.other_user(server) as other:
            assert not server.stop_if_last()
            assert server.is_ready()
            assert other.communicate("")[0].strip() == "True"
        assert server.postmaster() is None

    def test_a_killed_user_does_not_keep_it_running(self, server):
        with self.other_user(server) as other:
            other.kill()
            other.wait()
        assert server.stop_if_last()
        assert server.postmaster() is None

    def test_two_that_start_at_once_share_one(self, directory: Path):
        parents = [self.user(directory) for _ in range(2)]
        for each in parents:
            assert each.stdout is not None
            assert each.stdout.readline() == "holding\n"

        said = sorted(each.communicate("")[0].strip() for each in parents)

        assert said == ["False", "True"]

    @staticmethod
    def user(directory: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", HOLD, str(directory)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def other_user(self, server: EmbeddedPostgres) -> subprocess.Popen[str]:
        other = self.user(server.directory)
        assert other.stdout is not None
        assert other.stdout.readline() == "holding\n"
        return other
