"""`python -m tests.support.on_loopback ADDRESS …`: `python -m bots …`, with a Discord of our own at ADDRESS.

Telegram's address is a setting; the Discord library has none, so its two addresses are set before it is used.
"""

from __future__ import annotations

import sys

import discord
import yarl

from bots.cli import main

if __name__ == "__main__":
    address = sys.argv[1]
    discord.http.Route.BASE = f"{address}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address.replace("http", "ws") + "/gateway")
    sys.exit(main(sys.argv[2:]))
