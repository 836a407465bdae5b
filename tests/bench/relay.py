"""A PostgreSQL that is further away: passes on what comes through a socket, each way half of so many milliseconds later.

python tests/bench/relay.py FOLDER_OF_THE_SERVERS_SOCKET FOLDER_OF_OURS MILLISECONDS
"""

import asyncio
import contextlib
import sys
from pathlib import Path

NAME = ".s.PGSQL.5432"
CHUNK = 1 << 16


async def main(server: Path, ours: Path, seconds: float) -> None:
    """Serve until the process is ended."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                loop.call_later(seconds / 2, writer.write, chunk)
        loop.call_later(seconds / 2, writer.close)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_unix_connection(str(server / NAME))
        except OSError:  # the server is away
            writer.close()
            return
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer), return_exceptions=True)

    async with await asyncio.start_unix_server(connected, str(ours / NAME)) as serving:
        print("ready", flush=True)
        await serving.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) / 1000))
